import { parsePhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { ACCOUNTS } from './accounts.ts';
import { BRANCHES } from './people-names.ts';
import { makePeople } from './people.ts';
import { PHOTO_COUNT, portrait } from './photo.ts';
import { directoryLdif } from './slapd.ts';

const people = makePeople();

describe('the people of the directory', () => {
  test('are 10,000, the same every time, and a shorter list is the beginning of a longer one', () => {
    expect(people).toHaveLength(10_000);
    expect(makePeople()).toEqual(people);
    expect(makePeople(100)).toEqual(people.slice(0, 100));
  });

  test('have unique numbers and addresses, none of them those of the accounts', () => {
    const numbers = [
      ...people.flatMap((one) => [one.number, one.mobile ?? []].flat()),
      ...ACCOUNTS.map((one) => one.number),
    ];
    expect(new Set(numbers).size).toBe(numbers.length);
    const addresses = [...people.map((one) => one.mail), ...ACCOUNTS.map((one) => one.address)];
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const one of people) expect(one.uid).toMatch(/^[a-z]+\d{5}$/);
  });

  test('have E.164 numbers that are valid in their country', () => {
    const invalid = people.filter((one) => {
      const number = parsePhoneNumber(one.number);
      return !number.isValid() || number.country !== one.country || number.number !== one.number;
    });
    expect(invalid).toEqual([]);
    expect(people.filter(({ mobile }) => mobile !== undefined && !parsePhoneNumber(mobile).isValid())).toEqual([]);
  });

  test('stand in five branches, each with more than a thousand', () => {
    expect(BRANCHES).toHaveLength(5);
    for (const branch of BRANCHES) {
      expect(people.filter((one) => one.branch === branch).length).toBeGreaterThan(1_000);
    }
  });

  test('have photos here and there, which are JPEG', () => {
    expect(people.filter((one) => one.photo !== undefined).length).toBeGreaterThan(500);
    const photos = Array.from({ length: PHOTO_COUNT }, (_, index) => portrait(index));
    for (const photo of photos) {
      expect(photo.subarray(0, 4)).toEqual(Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
      expect(photo.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
    }
    expect(new Set(photos.map((photo) => photo.toString('base64'))).size).toBe(PHOTO_COUNT);
  });

  test('become LDIF with an entry each, names beyond ASCII in base64', () => {
    const ldif = directoryLdif(people.slice(0, 50));
    const entries = ldif.split('\n\n').filter((entry) => entry !== '');
    expect(entries).toHaveLength(1 + BRANCHES.length + 1 + ACCOUNTS.length + 50);
    expect(ldif).toMatch(/^[\x00-\x7f]*$/);
    expect(ldif).toContain(`sn:: ${Buffer.from('Schäfer').toString('base64')}`);
  });
});
