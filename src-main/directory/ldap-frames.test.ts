import { describe, expect, test } from 'vitest';
import { attribute, ber, malformedAnswers, message, result, searchEntry } from './ber.test-data.ts';
import { LdapFrames, MalformedLdapAnswer, ldapAnswers } from './ldap-frames.ts';

const good = [
  message(1, result(ldapAnswers.bind, 0)),
  message(
    2,
    searchEntry(
      'uid=alice',
      attribute('cn', 'Alice', 'Ally'),
      attribute('empty'),
      attribute('photo', Buffer.alloc(300, 0xff)),
    ),
  ),
  message(2, ber(ldapAnswers.reference, ber(0x04, 'ldap://elsewhere/'))),
  message(2, ber(ldapAnswers.intermediate, ber(0x80, '1.2.3'))),
  message(
    2,
    result(ldapAnswers.searchDone, 4, 'size limit'),
    ber(0xa0, ber(0x30, ber(0x04, '1.2'), ber(0x01, Buffer.from([0xff])), ber(0x04, 'v'))),
  ),
  message(
    0,
    ber(
      ldapAnswers.extended,
      ber(0x0a, Buffer.from([52])),
      ber(0x04),
      ber(0x04, 'bye'),
      ber(0x8a, '1.3.6.1.4.1.1466.20036'),
    ),
  ),
];

describe('the stream of a directory server', () => {
  test('is cut into its messages however it is chunked', () => {
    const stream = Buffer.concat(good);
    for (const size of [1, 2, 3, 5, 7, 64, stream.length]) {
      const frames = new LdapFrames();
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) {
        found.push(...frames.push(stream.subarray(at, at + size)).map(({ bytes }) => Buffer.from(bytes)));
      }
      expect(found, `chunks of ${size}`).toEqual(good);
    }
  });

  test('says whose answer each is and with what result', () => {
    const frames = new LdapFrames().push(Buffer.concat(good));
    expect(frames.map(({ messageId, answer, resultCode }) => [messageId, answer, resultCode])).toEqual([
      [1, 0x61, 0],
      [2, 0x64, undefined],
      [2, 0x73, undefined],
      [2, 0x79, undefined],
      [2, 0x65, 4],
      [0, 0x78, 52],
    ]);
  });

  test.each(Object.entries(malformedAnswers))('%s is refused', (_, bytes) => {
    expect(() => new LdapFrames().push(bytes)).toThrow(MalformedLdapAnswer);
  });

  test('every truncation of a good message waits for more and never passes', () => {
    for (const bytes of good) {
      for (let length = 0; length < bytes.length; length += 1) {
        expect(new LdapFrames().push(bytes.subarray(0, length))).toEqual([]);
      }
    }
  });

  test('a byte changed anywhere gives a message of the same size, a refusal, or waits; it never loops', () => {
    for (const bytes of good.filter((one) => one.length < 120)) {
      for (let at = 0; at < bytes.length; at += 1) {
        for (const value of [0x00, 0x7f, 0x80, 0x84, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[at] = value;
          try {
            for (const frame of new LdapFrames().push(changed))
              expect(frame.bytes.length).toBeLessThanOrEqual(bytes.length);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedLdapAnswer);
          }
        }
      }
    }
  });

  test('a server that never stops sending entries is stopped', () => {
    const frames = new LdapFrames();
    const entry = message(2, searchEntry('uid=alice', attribute('cn', 'Alice')));
    expect(() => {
      for (let count = 0; count < 10_000; count += 1) frames.push(entry);
    }).toThrow('more entries than were asked for');
  });

  test('the count begins anew with each search', () => {
    const frames = new LdapFrames();
    for (let search = 2; search < 12; search += 1) {
      for (let count = 0; count < 500; count += 1) frames.push(message(search, searchEntry('uid=alice')));
      frames.push(message(search, result(ldapAnswers.searchDone, 0)));
    }
  });
});
