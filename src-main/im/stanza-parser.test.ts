import { expect, test } from 'vitest';
import { StanzaParser } from './stanza-parser.ts';

const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

/** Feeds chunks and notes what is told. */
function parse(
  chunks: readonly (string | Buffer)[],
  limits = { stanzaBytes: 1_000, stanzaDepth: 10 },
): readonly string[] {
  const told: string[] = [];
  const parser = new StanzaParser(limits, {
    onOpen: (element) => told.push(`open ${element.name}`),
    onElement: (element) => told.push(element.toString()),
    onEnd: () => told.push('end'),
    onMalformed: () => told.push('malformed'),
  });
  for (const chunk of chunks) parser.write(Buffer.from(chunk));
  return told;
}

test('elements come out whole however the bytes are cut, characters of several bytes too', () => {
  const bytes = Buffer.from(`${header}<message><body>Grüße 🦜 &amp; &lt;b&gt;</body></message></stream:stream>`);
  const expected = ['open stream:stream', '<message><body>Grüße 🦜 &amp; &lt;b&gt;</body></message>', 'end'];
  for (let size = 1; size <= bytes.length; size += 1) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(parse(chunks)).toEqual(expected);
  }
});

test('whitespace between stanzas keeps the link alive and is no news', () => {
  expect(parse([header, ' \n', ' ', ' ', '<presence/>'])).toEqual(['open stream:stream', '<presence/>']);
});

test.each([
  ['a wrong end tag', '<message></iq>'],
  ['an end tag alone', '</nothing>'],
  ['text between stanzas', 'hello<presence/>'],
  ['an unknown entity', '<message><body>&bomb;</body></message>'],
  ['elements nested too deep', '<a>'.repeat(11)],
  ['a tag within a tag', '<message <body>'],
  ['a tag without a name', '<<<'],
  ['a comment (RFC 6120 section 11.1)', '<!-- never -->'],
  ['a document type', '<!DOCTYPE lolz [<!ENTITY lol "lol">]>'],
  ['a processing instruction behind the header', '<?php ?>'],
  ['a zero byte where a name belongs', '<\0'],
  ['a marked section that is no CDATA', '<![INCLUDE['],
])('%s ends the stream, however it is cut', (_what, text) => {
  expect(parse([header, text, '<presence/>'])).toEqual(['open stream:stream', 'malformed']);
  expect(parse([header, ...text.split(/(?:)/), '<presence/>'])).toEqual(['open stream:stream', 'malformed']);
});

test('what was whole before the garbage of the same packet is told', () => {
  expect(parse([`${header}<presence/><!-- never -->`])).toEqual(['open stream:stream', '<presence/>', 'malformed']);
});

test('the declaration before the header, quoted brackets and CDATA are XML', () => {
  const body = `<message a='>' b="<'/>"><body><![CDATA[<!-- ]] > <?x?> ]]></body></message>`;
  const text = `<?xml version='1.0'?>${header}${body}<presence/>`;
  const whole = parse([text]);
  expect(whole).toEqual(['open stream:stream', expect.stringContaining('&lt;!-- ]] &gt; &lt;?x?&gt; '), '<presence/>']);
  expect(parse(text.split(/(?:)/))).toEqual(whole);
});

test('an end tag before anything was opened is malformed, not a crash', () => {
  expect(parse(['</stream:stream>'])).toEqual(['malformed']);
});

test('an element that never ends is given up, and nothing after it is believed', () => {
  const chunks = Array.from({ length: 30 }, () => 'x'.repeat(100));
  expect(parse([header, '<message><body>', ...chunks, '</body></message><presence/>'])).toEqual([
    'open stream:stream',
    'malformed',
  ]);
});

test('many elements of allowed size pass, whatever they add up to', () => {
  expect(parse([header, ...Array.from({ length: 50 }, () => `<message>${'y'.repeat(100)}</message>`)])).toHaveLength(
    51,
  );
});

test('nothing is told after close, also of the same packet', () => {
  const told: string[] = [];
  const parser: StanzaParser = new StanzaParser(
    { stanzaBytes: 1_000, stanzaDepth: 10 },
    {
      onOpen: () => undefined,
      onElement: (element) => {
        told.push(element.name);
        parser.close();
      },
      onEnd: () => told.push('end'),
      onMalformed: () => told.push('malformed'),
    },
  );
  parser.write(Buffer.from(`${header}<proceed/><stream:features/></iq>`));
  expect(told).toEqual(['proceed']);
});

test('an error of the listener is its own, not the server’s', () => {
  const parser = new StanzaParser(
    { stanzaBytes: 1_000, stanzaDepth: 10 },
    {
      onOpen: () => undefined,
      onElement: () => {
        throw new Error('a bug');
      },
      onEnd: () => undefined,
      onMalformed: () => {
        throw new Error('never');
      },
    },
  );
  expect(() => {
    parser.write(Buffer.from(`${header}<presence/>`));
  }).toThrow('a bug');
});
