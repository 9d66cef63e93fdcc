import { describe, expect, test } from 'vitest';
import { DialPlan } from './dial-plan.ts';
import type { DialPlanRules } from './dial-plan.ts';
import { applyFirstRule } from './dial-rule.ts';
import { keypadOf } from './keypad.ts';

const site: DialPlanRules = {
  region: 'US',
  keypad: keypadOf('en-US'),
  extensionDigits: 5,
  applicationRules: [
    { beginsWith: '+180055', numDigits: 12, digitsToRemove: 7, prefixWith: '' },
    { beginsWith: '+1', numDigits: 12, digitsToRemove: 1, prefixWith: '9' },
    { beginsWith: '+', numDigits: 0, digitsToRemove: 1, prefixWith: '9011' },
    { beginsWith: '', numDigits: 10, digitsToRemove: 0, prefixWith: '91' },
    { beginsWith: '', numDigits: 3, digitsToRemove: 0, prefixWith: '9' },
  ],
  lookupRules: [
    { beginsWith: '5', numDigits: 5, digitsToRemove: 0, prefixWith: '+180055' },
    { beginsWith: '9011', numDigits: 0, digitsToRemove: 4, prefixWith: '+' },
  ],
  isEmergency: (number) => number === '911',
};

function plan(rules: Partial<DialPlanRules> = {}): DialPlan {
  return new DialPlan(() => ({ ...site, ...rules }));
}

describe('out', () => {
  test.each([
    ['+1 800 555 1212', '51212', '+18005551212'],
    ['+1 415 555 2671', '914155552671', '+14155552671'],
    ['+44 20 7946 0142', '9011442079460142', '+442079460142'],
    ['415-555-2671', '914155552671', '+14155552671'],
    ['1-800-4UCSRND', '18004827763', '+18004827763'],
    ['51212', '51212', '+18005551212'],
    ['61212', '61212', undefined],
    ['*98', '*98', undefined],
    ['411', '9411', undefined],
    ['911', '911', undefined],
    ['9-1-1', '911', undefined],
  ])('%s dials %s and is looked up as %s', (typed, dialled, lookedUp) => {
    const target = plan().outbound(typed);
    expect(target).toEqual({ kind: 'number', shown: typed, dialled, ...(lookedUp === undefined ? {} : { lookedUp }) });
  });

  test('digits without any grouping are shown as people write them, and dialled all the same', () => {
    const shown = '+1 800 555 1212';
    expect(plan().outbound('+18005551212')).toEqual({ ...plan().outbound(shown), shown });
    expect(plan().outbound('4155552671').shown).toBe('(415) 555-2671');
  });

  test('an address goes as it is', () => {
    expect(plan().outbound('sip:911@example.com')).toEqual({
      kind: 'uri',
      shown: '911@example.com',
      dialled: 'sip:911@example.com',
    });
  });

  test('without rules the transformed number is dialled, and the country tells what it is in the directory', () => {
    const plain = plan({ applicationRules: [], lookupRules: [], region: 'GB', extensionDigits: 0 });
    expect(plain.outbound('020 7946 0142')).toEqual({
      kind: 'number',
      shown: '020 7946 0142',
      dialled: '02079460142',
      lookedUp: '+442079460142',
    });
  });

  test('a changed rule holds for the next number', () => {
    let prefix = '0';
    const changing = new DialPlan(() => ({
      ...site,
      applicationRules: [{ beginsWith: '4', numDigits: 0, digitsToRemove: 0, prefixWith: prefix }],
    }));
    expect(changing.outbound('42')).toMatchObject({ dialled: '042' });
    prefix = '8';
    expect(changing.outbound('42')).toMatchObject({ dialled: '842' });
  });
});

describe('in', () => {
  test.each([
    ['51212', '+1 800 555 1212', '+18005551212'],
    ['9011442079460142', '+44 20 7946 0142', '+442079460142'],
    ['4155552671', '(415) 555-2671', '+14155552671'],
    ['61212', '61212', undefined],
    ['anonymous', 'anonymous', undefined],
    ['bob@example.com', 'bob@example.com', undefined],
    ['', '', undefined],
  ])('%s is shown as %s and looked up as %s', (received, shown, lookedUp) => {
    expect(plan().inbound(received)).toEqual({ shown, ...(lookedUp === undefined ? {} : { lookedUp }) });
  });

  test('an extension as long as a national number is still an extension', () => {
    const german = { region: 'DE', lookupRules: [] };
    expect(plan({ ...german, extensionDigits: 0 }).inbound('030901')).toHaveProperty('lookedUp');
    expect(plan({ ...german, extensionDigits: 6 }).inbound('030901')).toEqual({ shown: '030901' });
  });
});

describe('a table of rules', () => {
  const rule = { beginsWith: '', numDigits: 0, digitsToRemove: 0, prefixWith: '' };
  test.each([
    [
      'takes the first that fits',
      '123',
      [
        { ...rule, beginsWith: '2', prefixWith: '9' },
        { ...rule, prefixWith: '8' },
        { ...rule, prefixWith: '7' },
      ],
      '8123',
    ],
    ['reads the beginning literally', '123', [{ ...rule, beginsWith: '.', prefixWith: '9' }], undefined],
    ['counts the plus', '+12', [{ ...rule, numDigits: 2, prefixWith: '9' }], undefined],
    ['takes off the plus first', '+12', [{ ...rule, numDigits: 3, digitsToRemove: 1, prefixWith: '00' }], '0012'],
    ['leaves service codes alone that it does not name', '*98', [{ ...rule, prefixWith: '9' }], undefined],
    [
      'changes service codes that it names',
      '*98',
      [{ ...rule, beginsWith: '*9', digitsToRemove: 3, prefixWith: '6001' }],
      '6001',
    ],
    ['never leaves nothing', '12', [{ ...rule, digitsToRemove: 2 }], undefined],
    ['never leaves nothing when more is taken off', '12', [{ ...rule, digitsToRemove: 20 }], undefined],
    ['never puts a plus in the middle', '+12', [{ ...rule, prefixWith: '9' }], undefined],
    [
      'goes on after a rule that cannot be applied',
      '12',
      [
        { ...rule, digitsToRemove: 2 },
        { ...rule, prefixWith: '3' },
      ],
      '312',
    ],
  ])('%s', (_what, number, rules, expected) => {
    expect(applyFirstRule(number, rules)).toBe(expected);
  });
});

describe('the keypad', () => {
  test.each([
    ['en', 'abcdefghijklmnopqrstuvwxyz', '22233344455566677778889999'],
    ['de', 'ÄÖÜé', '2683'],
    ['ru', 'ТАКСИ', '62464'],
    ['ru-RU', 'TAXI', '8294'],
    ['el', 'ΤΑΞΙ', '8264'],
    ['he', 'שלום', '7524'],
  ])('in %s: %s is %s', (locale, letters, digits) => {
    const keypad = keypadOf(locale);
    expect(Array.from(letters, (letter) => keypad(letter) ?? '?').join('')).toBe(digits);
  });

  test('of another script has no key', () => {
    expect(keypadOf('en')('Ж')).toBeUndefined();
    expect(keypadOf('en')('-')).toBeUndefined();
  });
});
