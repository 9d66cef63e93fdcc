import { parse } from 'sip.js/lib/grammar/pegjs/dist/grammar.js';
import { describe, expect, test } from 'vitest';
import { readPlainHeader } from './plain-headers.ts';

/** What SIP.js itself makes of it, -1 for nothing: what Grammar.parse does, which the softphone replaces. */
function byGrammar(input: string, rule: string): unknown {
  const options: { startRule: string; data?: unknown } = { startRule: rule };
  try {
    parse(input, options);
  } catch {
    return -1;
  }
  return options.data;
}

/** With everything in it, prototypes and order too. */
function told(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === undefined) return 'undefined';
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return { ...part, is: part.constructor.name };
  });
}

/** A repeatable stream of numbers between 0 and 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const plain: readonly (readonly [rule: string, input: string])[] = [
  ['Via', 'SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK77.cae1a64b;rport=5070;received=192.0.2.7'],
  ['Via', 'SIP/2.0/TLS proxy-1.example.com;rport;branch=z9hG4bK0c;i=1'],
  ['From', '"Alice B" <sip:alice@Example.COM>;tag=cbr4vnjlit'],
  ['From', '<sip:+44@example.com:5060>;Tag=A1;x'],
  ['To', '"" <sips:a.b_c+d@192.0.2.255;transport=tcp;ob>'],
  ['Contact', '<sip:qvbq4rg5@192.0.2.7:5070;transport=udp;ob>'],
  ['Contact', '<sip:a@192.0.2.7>;+sip.instance="<urn:uuid:0d6f3f3c-9a4e>";reg-id=1'],
  ['Name_Addr_Header', '"Alice" <sip:alice@example.com>;tag=q67dt2nd2f'],
  ['Content_Type', 'application/sdp'],
  ['Request_Response', 'INVITE sip:69j2pl46@192.0.2.7:5071;transport=udp;ob SIP/2.0'],
  ['Record_Route', '<sip:192.0.2.9:21340;lr;did=ab1.1d1>'],
  ['Record_Route', '<sip:192.0.2.9:29478;lr=on;ftag=fevbcruhvc;did=bdb.c2>'],
  ['SIP_URI', 'sip:6102@pbx'],
  ['Call_ID', 'nvosgtafje0l245c5ha6@192.0.2.7'],
  ['CSeq', '1 INVITE'],
  ['Content_Length', '148'],
  ['Max_Forwards', '70'],
  ['Request_Response', 'SIP/2.0 200 OK'],
  ['Request_Response', 'SIP/2.0 100 trying -- your call is important to us'],
];

describe('plain headers', () => {
  test.each(plain)('%s: %s is read as the grammar reads it, without the grammar', (rule, input) => {
    const read = readPlainHeader(input, rule);
    expect(read).toBeDefined();
    expect(told(read)).toBe(told(byGrammar(input, rule)));
  });

  test.each([
    ['Via', 'SIP/2.0/UDP 192.0.2.7, SIP/2.0/UDP far'],
    ['Via', 'SIP/2.0/UDP [::1]:5070;branch=z9hG4bK77'],
    ['From', 'Alice <sip:alice@example.com>;tag=1'],
    ['From', '"a\\"b" <sip:alice@example.com>'],
    ['To', '<tel:+44>'],
    ['Contact', '*'],
    ['Contact', '<sip:a@h>;q=0.5'],
    ['Contact', '<sip:a@h>, <sip:b@h>'],
    ['CSeq', '4294967296 INVITE'],
    ['Call_ID', `a@${'h'.repeat(400)}`],
    ['Refer_To', '<sip:a@h>'],
  ])('%s: %s is left to the grammar', (rule, input) => {
    expect(readPlainHeader(input, rule)).toBeUndefined();
  });

  test('whatever is read without the grammar is what the grammar reads, also of what is almost plain (seed 7)', () => {
    const random = seeded(7);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const pieces = [
      ...Array.from(' ;=<>@:."\\%,[]?-_+09aZ'),
      ';lr',
      ';lr=on',
      ';tag=1',
      ';user=phone',
      ';ttl=1',
      ';maddr=h',
      ';x',
      '=\t',
      'é',
    ];
    let direct = 0;
    for (let turn = 0; turn < 2_500; turn += 1) {
      const [rule, sample] = pick(plain) ?? ['Via', ''];
      const at = Math.floor(random() * (sample.length + 1));
      const removed = Math.floor(random() * 4);
      const input = `${sample.slice(0, at)}${pick(pieces) ?? ''}${sample.slice(at + removed)}`;
      const read = readPlainHeader(input, rule);
      if (read === undefined) continue;
      direct += 1;
      expect(told(read), `${rule}: ${input}`).toBe(told(byGrammar(input, rule)));
    }
    expect(direct).toBeGreaterThan(250);
  });
});
