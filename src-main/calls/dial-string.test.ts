import { describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { parseDialString, toE164 } from './dial-string.ts';

describe('what was typed', () => {
  test.each([
    ['6101', undefined, { shown: '6101', dialled: '6101' }],
    ['020 7946 0101', 'GB', { shown: '020 7946 0101', dialled: '02079460101', lookedUp: '+442079460101' }],
    ['(020) 7946-0101', 'GB', { shown: '(020) 7946-0101', dialled: '02079460101', lookedUp: '+442079460101' }],
    ['020\u00a07946\u20110101', 'GB', { dialled: '02079460101', lookedUp: '+442079460101' }],
    ['02079460101', undefined, { dialled: '02079460101' }],
    ['+44 20 7946 0101', undefined, { dialled: '+442079460101', lookedUp: '+442079460101' }],
    ['+44 (0)20 7946 0101', undefined, { dialled: '+442079460101', lookedUp: '+442079460101' }],
    ['+49.30/901820', 'GB', { dialled: '+4930901820', lookedUp: '+4930901820' }],
    ['  +1 [415] 555 2671  ', undefined, { shown: '+1 [415] 555 2671', dialled: '+14155552671' }],
    ['0044 20 7946 0101', 'GB', { dialled: '00442079460101', lookedUp: '+442079460101' }],
    ['1-800-FLOWERS', 'US', { shown: '1-800-FLOWERS', dialled: '18003569377', lookedUp: '+18003569377' }],
    ['0800 call now', 'GB', { dialled: '08002255669' }],
    ['*98', 'GB', { shown: '*98', dialled: '*98' }],
    ['*21*6102#', 'GB', { dialled: '*21*6102#' }],
    ['６１０１', undefined, { shown: '6101', dialled: '6101' }],
    ['112', 'GB', { dialled: '112' }],
    ['tel:+44-20-7946-0101', undefined, { dialled: '+442079460101', lookedUp: '+442079460101' }],
    ['TEL:6101;phone-context=example.com', 'GB', { dialled: '6101' }],
    ['tel:7946-0101;phone-context=+4420', undefined, { dialled: '+442079460101', lookedUp: '+442079460101' }],
    ['tel:%2B442079460101', undefined, { dialled: '+442079460101' }],
  ])('%s in %s is the number', (typed, region, expected) => {
    expect(parseDialString(typed, region)).toMatchObject({ kind: 'number', ...expected });
  });

  test('has nothing to look up where the number is no E.164', () => {
    expect(parseDialString('6101', 'GB')).not.toHaveProperty('lookedUp');
    expect(parseDialString('*98', 'GB')).not.toHaveProperty('lookedUp');
  });

  test.each([
    ['sip:bob@example.com', 'bob@example.com', 'sip:bob@example.com'],
    ['SIP:bob@example.com:5070;transport=tcp', 'bob@example.com', 'sip:bob@example.com:5070;transport=tcp'],
    ['sips:bob@example.com', 'bob@example.com', 'sip:bob@example.com'],
    ['bob@example.com', 'bob@example.com', 'sip:bob@example.com'],
    ['bob%20smith@example.com', 'bob smith@example.com', 'sip:bob%20smith@example.com'],
    ['sip:6101@[2001:db8::1]', '6101@[2001:db8::1]', 'sip:6101@[2001:db8::1]'],
  ])('%s is the address', (typed, shown, dialled) => {
    expect(parseDialString(typed)).toEqual({ kind: 'uri', shown, dialled });
  });

  test.each([
    '',
    '   ',
    'Bob',
    'Bob Okafor',
    'call me',
    '*',
    '+',
    '#*#',
    '12+34',
    'sip:',
    'sip:example.com',
    'sip:bob@',
    'bob@exa mple.com',
    'bob@example.com?Replaces=1',
    'sip:bob@example.com\r\nEvil: 1',
    'a@b@c',
    'tel:',
    'tel:bob',
    '1'.repeat(41),
    '<script>',
  ])('"%s" is refused in words', (typed) => {
    expect(() => parseDialString(typed, 'GB')).toThrow(AppError);
  });
});

describe('E.164', () => {
  test.each([
    ['+442079460101', undefined, '+442079460101'],
    ['02079460101', 'GB', '+442079460101'],
    ['02079460101', 'XX', undefined],
    ['6101', 'GB', undefined],
    ['bob', 'GB', undefined],
    ['+1', 'GB', undefined],
    ['anonymous', undefined, undefined],
  ])('of %s in %s is %s', (number, region, e164) => {
    expect(toE164(number, region)).toBe(e164);
  });
});
