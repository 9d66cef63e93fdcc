import { describe, expect, test } from 'vitest';
import { formatReferTo, parseReferTo } from './refer.ts';
import { judgeReplaces, parseReplaces } from './replaces.ts';

describe('Refer-To (RFC 3515)', () => {
  test.each([
    ['<sip:201@example.com>', { uri: 'sip:201@example.com' }],
    ['"Grace" <sip:201@example.com;transport=tcp>;x=y', { uri: 'sip:201@example.com;transport=tcp' }],
    ['sip:201@example.com', { uri: 'sip:201@example.com' }],
    ['<tel:+442079460101>', { uri: 'tel:+442079460101' }],
    ['<sip:201@example.com;method=INVITE>', { uri: 'sip:201@example.com' }],
    [
      '<sip:201@example.com?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>',
      { uri: 'sip:201@example.com', replaces: 'a@b;to-tag=1;from-tag=2' },
    ],
  ])('%s is read', (value, target) => {
    expect(parseReferTo(value)).toEqual(target);
  });

  test.each([
    '',
    '<>',
    'grace',
    '<grace@b@c d>',
    '<http://example.com>',
    '<sip:a b@example.com>',
    '<sip:x;method=BYE>',
    '<sip:x?Replaces=%E0%A4%A>',
  ])('"%s" is none', (value) => {
    expect(parseReferTo(value)).toBeUndefined();
  });

  test('comes back as it was written', () => {
    const target = { uri: 'sip:201@example.com', replaces: 'a@b;to-tag=1;from-tag=2' };
    expect(parseReferTo(formatReferTo(target))).toEqual(target);
  });
});

describe('Replaces (RFC 3891)', () => {
  const found = { callId: 'a@b', toTag: '1', fromTag: '2', earlyOnly: false };

  test.each([
    ['a@b;to-tag=1;from-tag=2', found],
    ['a@b ;from-tag=2; to-tag=1;early-only', { ...found, earlyOnly: true }],
  ])('%s is read', (value, expected) => {
    expect(parseReplaces(value)).toEqual(expected);
  });

  test.each(['', ';;;', 'a@b', 'a@b;to-tag=1', 'a@b;to-tag=1;from-tag=2,c@d;to-tag=1;from-tag=2'])(
    '"%s" is none',
    (value) => {
      expect(parseReplaces(value)).toBeUndefined();
    },
  );

  test.each([
    ['established', false, 'take'],
    ['established', true, { refuse: 486 }],
    ['calling', false, 'take'],
    ['calling', true, 'take'],
    ['ringsHere', false, { refuse: 481 }],
    ['unknown', false, { refuse: 481 }],
  ] as const)('of a call that is %s (early-only: %s)', (call, earlyOnly, verdict) => {
    expect(judgeReplaces({ ...found, earlyOnly }, call)).toEqual(verdict);
  });
});
