/** Writes LDAP answers for tests, well-formed and not (X.690, RFC 4511). */
export function ber(tag: number, ...contents: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(contents.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

export function message(id: number, ...parts: readonly Buffer[]): Buffer {
  return ber(0x30, ber(0x02, Buffer.from([id])), ...parts);
}

export function result(tag: number, code: number, text = ''): Buffer {
  return ber(tag, ber(0x0a, Buffer.from([code])), ber(0x04), ber(0x04, text));
}

export function attribute(name: string, ...values: readonly (Buffer | string)[]): Buffer {
  return ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value))));
}

export function searchEntry(dn: string, ...attributes: readonly Buffer[]): Buffer {
  return ber(0x64, ber(0x04, dn), ber(0x30, ...attributes));
}

/** Answers that no server should give. Each was seen to hang or crash a parser, or is one byte away from a good one. */
export const malformedAnswers: Readonly<Record<string, Buffer>> = {
  'not LDAP at all': Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'a length of five bytes': Buffer.from([0x30, 0x85, 1, 1, 1, 1, 1, 0]),
  'an indefinite length': Buffer.from([0x30, 0x80, 0x02, 0x01, 0x02, 0x00, 0x00]),
  'two gigabytes announced': Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x02]),
  'a negative length': Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x02]),
  'an empty message': Buffer.from([0x30, 0x00]),
  'a message id of nine bytes': ber(0x30, ber(0x02, Buffer.alloc(9)), result(0x65, 0)),
  'no operation': ber(0x30, ber(0x02, Buffer.from([2]))),
  'an unknown operation': message(2, ber(0x5f, 'x')),
  'a value longer than its attribute': message(
    2,
    ber(0x64, ber(0x04, 'cn=x'), ber(0x30, ber(0x30, ber(0x04, 'cn'), Buffer.from([0x31, 0x03, 0x04, 0x7f, 0x41])))),
  ),
  'a value with half a length': message(
    2,
    ber(0x64, ber(0x04, 'cn=x'), ber(0x30, ber(0x30, ber(0x04, 'cn'), Buffer.from([0x31, 0x02, 0x04, 0x84])))),
  ),
  'an attribute that is no sequence': message(2, ber(0x64, ber(0x04, 'cn=x'), ber(0x30, ber(0x04, 'cn')))),
  'values that are numbers': message(
    2,
    ber(0x64, ber(0x04, 'cn=x'), ber(0x30, ber(0x30, ber(0x04, 'cn'), ber(0x31, ber(0x02, Buffer.from([1])))))),
  ),
  'an attribute without values': message(2, ber(0x64, ber(0x04, 'cn=x'), ber(0x30, ber(0x30, ber(0x04, 'cn'))))),
  'an entry without attributes': message(2, ber(0x64, ber(0x04, 'cn=x'))),
  'bytes behind the entry': message(2, ber(0x64, ber(0x04, 'cn=x'), ber(0x30), ber(0x04, 'more'))),
  'a result without a code': message(2, ber(0x65, ber(0x04), ber(0x04))),
  'an empty result code': message(2, ber(0x65, ber(0x0a), ber(0x04), ber(0x04))),
  'a result cut short': message(2, ber(0x65, ber(0x0a, Buffer.from([0])))),
  'a control that is text': message(2, result(0x65, 0), ber(0xa0, ber(0x04, 'x'))),
  'bytes behind the message': message(2, result(0x65, 0), ber(0x04, 'x')),
};
