import { describe, expect, test } from 'vitest';
import { callingCode, digitsOf, looksLikeNumber, numberKeys, toE164 } from './phone-number.ts';

describe('numbers as they are compared', () => {
  test.each([
    ['+44 20 7946 0100', undefined, '+442079460100'],
    ['+44 (0)20 7946 0100', undefined, '+442079460100'],
    ['020 7946 0100', 'GB', '+442079460100'],
    ['0044 20 7946 0100', 'GB', '+442079460100'],
    ['(030) 23 12 34 56', 'de', '+493023123456'],
    ['(+44) (0)20 7946 0100', undefined, '+442079460100'],
    ['\u202a+44 20 7946 0100\u202c', undefined, '+442079460100'],
    ['+39 (0)6 1234 5678', undefined, '+390612345678'],
    ['tel:+1-212-555-0100', undefined, '+12125550100'],
    ['sip:+442079460100@pbx.test;user=phone', undefined, '+442079460100'],
    ['+44 20 7946 0100 ext. 6100', undefined, '+442079460100'],
    ['6100', 'GB', undefined],
    ['020 7946 0100', undefined, undefined],
    ['020 7946 0100', 'not a region', undefined],
    ['hello', 'GB', undefined],
    ['', 'GB', undefined],
  ])('%s in %s is %s', (text, region, e164) => {
    expect(toE164(text, region)).toBe(e164);
  });

  test('the last nine digits are those of the subscriber, however the number was prefixed', () => {
    expect(numberKeys('+442079460100').lastNine).toBe('079460100');
    expect(numberKeys('00442079460100').lastNine).toBe('079460100');
    expect(numberKeys('02079460100').lastNine).toBe('079460100');
    expect(numberKeys('6100')).toEqual({ digits: '6100' });
  });

  test('the extension is told apart from the number', () => {
    expect(numberKeys('+44 20 7946 0100 x6100')).toMatchObject({ digits: '442079460100', extension: '6100' });
    for (const text of ['6100 ext 12', '6100x12', '6100#12', '6100 (extn. 12)', '6100;ext=12']) {
      expect(numberKeys(text)).toEqual({ digits: '6100', extension: '12' });
    }
  });

  test('digits of every script are digits', () => {
    expect(digitsOf('٠١٢٣٤٥٦٧٨٩')).toBe('0123456789');
    expect(digitsOf('०१२३४५६७८९')).toBe('0123456789');
    expect(digitsOf('６１００')).toBe('6100');
  });

  test('only text that can be nothing else looks like a number', () => {
    expect(['6100', '+44 20 7946', '(030) 23-12.3', '٦١٠٠'].every(looksLikeNumber)).toBe(true);
    expect(['alice', '6100x', '', '+', '6100\0', 'a1'].some(looksLikeNumber)).toBe(false);
  });

  test('garbage gives no number and no error', () => {
    for (const text of ['\0', '+'.repeat(1_000), '1'.repeat(10_000), '😀', '()()', ';ext=']) {
      expect(numberKeys(text).digits.length).toBeLessThanOrEqual(24);
    }
  });

  test('the calling code of a region', () => {
    expect([callingCode('GB'), callingCode('us'), callingCode('XX'), callingCode(undefined)]).toEqual([
      '44',
      '1',
      undefined,
      undefined,
    ]);
  });
});
