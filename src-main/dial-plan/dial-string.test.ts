import { describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { keypadOf } from './keypad.ts';
import { parseDialString, toE164 } from './dial-string.ts';

const keypad = keypadOf('en');

describe('what was typed', () => {
  test.each([
    ['6101', '6101', '6101'],
    ['020 7946 0101', '020 7946 0101', '02079460101'],
    ['(020) 7946-0101', '(020) 7946-0101', '02079460101'],
    ['020\u00a07946\u20110101', '020 7946‐0101', '02079460101'],
    ['020~7946,0101', '020~7946,0101', '02079460101'],
    ['12+34', '12+34', '1234'],
    ['+44 20 7946 0101', '+44 20 7946 0101', '+442079460101'],
    ['+44 (0)20 7946 0101', '+44 (0)20 7946 0101', '+442079460101'],
    ['+49.30/901820', '+49.30/901820', '+4930901820'],
    ['  +1 [415] 555 2671  ', '+1 [415] 555 2671', '+14155552671'],
    ['+44 20 7946 0101 ext. 22', '+44 20 7946 0101 ext. 22', '+442079460101'],
    ['020 7946 0101 x22', '020 7946 0101 x22', '02079460101'],
    ['(+44) 20 7946 0101', '(+44) 20 7946 0101', '+442079460101'],
    ['\u202a+44 20 7946 0101\u202c', '+44 20 7946 0101', '+442079460101'],
    ['\u200e+44 20 7946 0101', '+44 20 7946 0101', '+442079460101'],
    ['(+44) (0)20 7946 0101', '(+44) (0)20 7946 0101', '+442079460101'],
    ['0044 (0) 20 7946 0101', '0044 (0) 20 7946 0101', '00442079460101'],
    ['+39 (0)6 1234 5678', '+39 (0)6 1234 5678', '+390612345678'],
    ['5551234x9', '5551234x9', '5551234'],
    ['020 7946 0101x22', '020 7946 0101x22', '02079460101'],
    ['020 7946 0101 (ext 22)', '020 7946 0101 (ext 22)', '02079460101'],
    ['020 7946 0101, extn. 22', '020 7946 0101, extn. 22', '02079460101'],
    ['020 7946 0101,,22#', '020 7946 0101,,22#', '02079460101'],
    ['020 7946 0101;22', '020 7946 0101;22', '02079460101'],
    ['1-800-FLOWERS ext. 22', '1-800-FLOWERS ext. 22', '18003569377'],
    ['1-800-FEDEX1', '1-800-FEDEX1', '1800333391'],
    ['1-800-NEXT22', '1-800-NEXT22', '1800639822'],
    ['1-800-XRAY-10', '1-800-XRAY-10', '1800972910'],
    ['*21#6102', '*21#6102', '*21#6102'],
    ['1-800-4UCSRND', '1-800-4UCSRND', '18004827763'],
    ['1-800-FLOWERS', '1-800-FLOWERS', '18003569377'],
    ['+1 800 flowers', '+1 800 flowers', '+18003569377'],
    ['0800 call now', '0800 call now', '08002255669'],
    ['*98', '*98', '*98'],
    ['*21*6102#', '*21*6102#', '*21*6102#'],
    ['６１０１', '6101', '6101'],
    ['112', '112', '112'],
    ['tel:+44-20-7946-0101', '+44-20-7946-0101', '+442079460101'],
    ['TEL:6101;phone-context=example.com', '6101', '6101'],
    ['tel:7946-0101;phone-context=+4420', '+44207946-0101', '+442079460101'],
    ['tel:%2B442079460101', '+442079460101', '+442079460101'],
    ['tel:(+44)20-7946-0101', '(+44)20-7946-0101', '+442079460101'],
    ['tel:%E2%80%AA+442079460101', '+442079460101', '+442079460101'],
    ['\u200etel:+442079460101', '+442079460101', '+442079460101'],
    ['tel:+442079460101;ext=22', '+442079460101', '+442079460101'],
    ['callto:6102', '6102', '6102'],
  ])('%s is shown as %s and dials %s', (typed, shown, dialled) => {
    expect(parseDialString(typed, keypad)).toEqual({ kind: 'number', shown, dialled });
  });

  test.each([
    ['sip:bob@example.com', 'bob@example.com', 'sip:bob@example.com'],
    ['SIP:bob@example.com:5070;transport=tcp', 'bob@example.com', 'sip:bob@example.com:5070;transport=tcp'],
    ['sips:bob@example.com', 'bob@example.com', 'sips:bob@example.com'],
    ['bob@example.com', 'bob@example.com', 'sip:bob@example.com'],
    ['bob%20smith@example.com', 'bob smith@example.com', 'sip:bob%20smith@example.com'],
    ['sip:6101@[2001:db8::1]', '6101@[2001:db8::1]', 'sip:6101@[2001:db8::1]'],
  ])('%s is the address', (typed, shown, dialled) => {
    expect(parseDialString(typed, keypad)).toEqual({ kind: 'uri', shown, dialled });
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
    '会议 12',
    'Room 12',
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
    expect(() => parseDialString(typed, keypad)).toThrow(AppError);
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
