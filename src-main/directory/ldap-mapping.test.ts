import { FilterParser } from 'ldapts';
import { describe, expect, test } from 'vitest';
import {
  accentedFilter,
  contactsFilter,
  escapeDnValue,
  escapeFilterValue,
  searchFilter,
  toDirectoryEntry,
  withBase,
} from './ldap-mapping.ts';

describe('filters', () => {
  test('what is syntax is escaped as RFC 4515 section 3 says', () => {
    expect(escapeFilterValue('a*b(c)d\\e\0')).toBe('a\\2ab\\28c\\29d\\5ce\\00');
    expect(escapeFilterValue('Müller')).toBe('Müller');
  });

  test('every word must match some name; short words from their beginning, longer ones anywhere', () => {
    expect(searchFilter('ann', '')).toBe(
      '(|(cn=ann*)(sn=ann*)(givenName=ann*)(displayName=ann*)(uid=ann*)(mail=ann*))',
    );
    const two = searchFilter('anna smith', '(objectClass=person)') ?? '';
    expect(two.startsWith('(&(objectClass=person)(&(|(cn=*anna*)')).toBe(true);
    expect(two).toContain('(sn=*smith*)');
  });

  test('an accented word is looked for with and without its accents', () => {
    expect(searchFilter('Müller', '')).toContain('(cn=*müller*)(cn=*muller*)');
  });

  test('a number is looked for in the forms a directory may hold', () => {
    const filter = searchFilter('020 7946 0100', '', 'GB') ?? '';
    for (const part of ['(telephoneNumber=*442079460100*)', '(mobile=*02079460100*)', '(ipPhone=*2079460100*)']) {
      expect(filter).toContain(part);
    }
    expect(searchFilter('61', '')).toBeUndefined();
    expect(searchFilter('6100', '')).toContain('(ipPhone=*6100*)');
  });

  test('a mail address is looked for as such', () => {
    expect(searchFilter('ann@ex', '')).toBe('(|(mail=ann@ex*)(uid=ann@ex*)(jabberID=ann@ex*))');
  });

  test.each(['*)(uid=*', '(|(cn=*))', '\\2a', 'a\0b', '))((', '"quoted"', '& | !', "O'Neill", '😀', '=<>~'])(
    '%s stays a value',
    (text) => {
      const filter = searchFilter(text, '(objectClass=person)');
      if (filter === undefined) return;
      expect(() => FilterParser.parseString(filter)).not.toThrow();
      const opened = filter.split('(').length;
      const closed = filter.split(')').length;
      expect(opened).toBe(closed);
      expect(filter).not.toContain('uid=*)');
    },
  );

  test('nothing to look for gives no filter', () => {
    for (const text of ['', '   ', '***', '😀', '()'])
      expect(searchFilter(text, '(objectClass=person)')).toBeUndefined();
  });

  test('a filter of the administrator may stand without brackets', () => {
    expect(withBase('(cn=a)', 'objectClass=person')).toBe('(&(objectClass=person)(cn=a))');
    expect(withBase('(cn=a)', '  ')).toBe('(cn=a)');
  });

  test('names with accents are asked for where none were typed, one letter or all equal ones at a time', () => {
    expect(accentedFilter('maria', '')).toContain('(cn=maría*)');
    expect(accentedFilter('hamalainen', '')).toContain('(sn=hämäläinen*)');
    expect(accentedFilter('+4420', '')).toBeUndefined();
    expect(accentedFilter('a@b', '')).toBeUndefined();
    expect(accentedFilter('محمد', '')).toBeUndefined();
    expect((accentedFilter('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '') ?? '').length).toBeLessThan(12_000);
  });

  test('contacts are asked for by address, and by login name only in our own domain', () => {
    const filter = contactsFilter(['bob@example.test', 'zoe@other.test'], 'example.test', '');
    expect(filter).toBe(
      '(|(mail=bob@example.test)(jabberID=bob@example.test)(uid=bob)(mail=zoe@other.test)(jabberID=zoe@other.test))',
    );
  });
});

test('a login name inside a DN is escaped as RFC 4514 section 2.4 says', () => {
  expect(escapeDnValue('a,b+c"d\\e<f>g;h=i')).toBe('a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h\\=i');
  expect(escapeDnValue(' a ')).toBe('\\ a\\ ');
  expect(escapeDnValue('#a')).toBe('\\#a');
});

describe('entries as people', () => {
  const dn = 'uid=alice,dc=example,dc=test';

  test('names of attributes are compared without regard to case', () => {
    const entry = toDirectoryEntry(
      {
        dn,
        CN: 'Alice H',
        MAIL: 'Alice@Example.test',
        TelephoneNumber: ['+44 20 7946 0100', '6100'],
        Mobile: '+447700900100',
        title: [],
      },
      'example.test',
      true,
    );
    expect(entry).toMatchObject({
      dn,
      name: 'Alice H',
      mail: 'alice@example.test',
      jid: 'alice@example.test',
      hasPhoto: true,
      numbers: [
        { kind: 'work', shown: '+44 20 7946 0100' },
        { kind: 'work', shown: '6100' },
        { kind: 'mobile', shown: '+447700900100' },
      ],
    });
    expect(entry).not.toHaveProperty('title');
  });

  test('a mail address of another domain is no JID; an attribute that says so is', () => {
    expect(toDirectoryEntry({ dn, cn: 'A', mail: 'a@gmail.test' }, 'example.test', false)?.jid).toBeUndefined();
    expect(toDirectoryEntry({ dn, cn: 'A', jabberID: 'A@chat.test' }, 'example.test', false)?.jid).toBe('a@chat.test');
    const sip = { dn, cn: 'A', 'msRTCSIP-PrimaryUserAddress': 'sip:a@chat.test' };
    expect(toDirectoryEntry(sip, 'example.test', false)?.jid).toBe('a@chat.test');
    expect(toDirectoryEntry({ dn, cn: 'A', jabberID: 'not an address' }, 'example.test', false)?.jid).toBeUndefined();
  });

  test('a name is put together from its parts when it must be; an entry without any is left out', () => {
    expect(toDirectoryEntry({ dn, givenName: 'Ann', sn: 'Lee' }, 'x', false)?.name).toBe('Ann Lee');
    expect(toDirectoryEntry({ dn, uid: 'ann' }, 'x', false)?.name).toBe('ann');
    expect(toDirectoryEntry({ dn, title: 'Boss' }, 'x', false)).toBeUndefined();
    expect(toDirectoryEntry({ dn: '', cn: 'Ann' }, 'x', false)).toBeUndefined();
  });

  test('garbage in attributes is cut and cleaned', () => {
    const entry = toDirectoryEntry(
      {
        dn,
        cn: `Ann\0\u0007 Lee${'x'.repeat(10_000)}`,
        title: Buffer.from([0xff, 0xfe]),
        mail: ['', 'a@x'],
        telephoneNumber: ['no digits', '1'.repeat(500), ...Array.from({ length: 100 }, (_, index) => `+4420${index}`)],
        ['__proto__']: 'x',
      },
      'x',
      false,
    );
    expect(entry?.name.startsWith('Ann Lee')).toBe(true);
    expect(entry?.name.length).toBe(256);
    expect(entry).not.toHaveProperty('title');
    expect(entry?.numbers.length).toBe(12);
    expect(Math.max(...(entry?.numbers ?? []).map(({ shown }) => shown.length))).toBe(64);
  });
});
