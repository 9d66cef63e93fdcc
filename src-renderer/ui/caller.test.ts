import { describe, expect, test } from 'vitest';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { callerName, contactAddress } from './caller.ts';

describe('a caller', () => {
  test.each([
    ['', true],
    ['anonymous', true],
    ['Anonymous', true],
    ['6101', false],
    ['anonymous@elsewhere.example', false],
  ])('who comes as "%s" hides the number: %s', (number, hides) => {
    expect(hidesNumber({ number })).toBe(hides);
  });

  test.each([
    [{ number: '1001', name: 'Bob' }, 'Bob'],
    [{ number: '1001' }, '1001'],
    [{ number: 'anonymous' }, 'Unknown caller'],
    [{ number: '', name: 'Reception' }, 'Reception'],
  ])('%j is called %s', (caller, name) => {
    expect(callerName(caller, 'Unknown caller')).toBe(name);
  });

  test.each([
    [{ number: '6101', jid: 'bob@example.com' }, 'bob@example.com'],
    [{ number: 'sip:Bob@Example.com' }, 'bob@example.com'],
    [{ number: '+44 161 496 0377' }, undefined],
    [{ number: '' }, undefined],
  ])('%j can be added under %s', (caller, address) => {
    expect(contactAddress(caller)).toBe(address);
  });
});
