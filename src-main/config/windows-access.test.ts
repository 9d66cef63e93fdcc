import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeableOnWindows, openingOf } from './windows-access.ts';

/** As `(Get-Acl PATH).Sddl` prints them; 1001 is an ordinary user of that computer. */
const user = 'S-1-5-21-3623811015-3361044348-30300820-1001';
const trustedInstaller = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';
const programData =
  'O:SYG:SYD:AI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)';
/** A folder that an administrator made there, and a file in it: what they inherit. */
const folder =
  'O:BAG:DUD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)';
const file = 'O:BAG:DUD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)';
const drive =
  `O:${trustedInstaller}G:${trustedInstaller}D:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)` +
  '(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)';

describe('the access list of a file', () => {
  test.each([
    ['of an administrator, with what it inherits', file],
    ['of SYSTEM, by its number', 'O:S-1-5-18G:S-1-5-18D:P(A;;FA;;;S-1-5-18)(A;;FR;;;WD)'],
    ['of an administrator of the domain', 'O:S-1-5-21-1-2-3-512G:DUD:(A;;FA;;;DA)(A;;FR;;;AU)'],
    ['that its owner may write, who is an administrator', 'O:BAG:BAD:(A;;FA;;;OW)(A;;FA;;;S-1-3-4)'],
    ['that denies', 'O:BAG:BAD:(D;;FA;;;BU)(A;;FR;;;BU)'],
    ['that gives others rights to read only, by name', 'O:BAG:BAD:(A;;GRGX;;;WD)(A;;FRFX;;;BU)(A;;RC;;;AU)'],
    ['that nobody may use', 'O:BAG:BAD:P'],
  ])('%s is closed', (_, sddl) => {
    expect(openingOf(sddl, 'file')).toBeUndefined();
  });

  test.each([
    // The read-only attribute is none of the access list: this is how a person's own file looks, locked or not.
    ['of an ordinary user', `O:${user}G:DUD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;${user})`, 'foreignOwner'],
    ['of an ordinary user who may only read it', `O:${user}G:DUD:P(A;;FR;;;${user})`, 'foreignOwner'],
    ['that a user may write', `O:BAG:DUD:AI(A;ID;FA;;;BA)(A;;0x1301bf;;;${user})`, 'writable'],
    ['that everybody may write, by name of the right', 'O:BAG:BAD:(A;;FW;;;WD)', 'writable'],
    ['that users may append to', 'O:BAG:BAD:(A;;LC;;;BU)', 'writable'],
    ['that users may give other rights for', 'O:BAG:BAD:(A;;WD;;;BU)', 'writable'],
    ['that users may take', 'O:BAG:BAD:(A;;WO;;;BU)', 'writable'],
    ['that users may remove', 'O:BAG:BAD:(A;;SD;;;BU)', 'writable'],
    ['with all rights in generic form', 'O:BAG:BAD:(A;;GA;;;AU)', 'writable'],
    ['with a right that is not known', 'O:BAG:BAD:(A;;ZZ;;;BU)', 'writable'],
    ['without a list', 'O:BAG:SYD:NO_ACCESS_CONTROL', 'unclear'],
    ['without the part of the list', 'O:BAG:SY', 'unclear'],
    ['with a condition', 'O:BAG:SYD:(XA;;FA;;;BU;(@User.Title=="boss"))', 'unclear'],
    ['with an entry of another kind', 'O:BAG:SYD:(ZZ;;FR;;;BU)', 'unclear'],
    ['that is empty', '', 'unclear'],
  ])('%s is open', (_, sddl, opening) => {
    expect(openingOf(sddl, 'file')).toBe(opening);
  });
});

describe('the access list of a folder', () => {
  test.each([
    ['the one of programs’ data', programData],
    ['one that an administrator made there: others may add to it, which takes the place of nothing', folder],
    ['a drive', drive],
  ])('%s is closed', (_, sddl) => {
    expect(openingOf(sddl, 'folder')).toBeUndefined();
  });

  test.each([
    ['one that a user made', folder.replace('O:BA', `O:${user}`), 'foreignOwner'],
    ['one in which users may remove files', 'O:BAG:BAD:(A;;DT;;;BU)', 'writable'],
    ['one that users may move away', 'O:BAG:BAD:(A;OICI;0x1301bf;;;BU)', 'writable'],
  ])('%s is open', (_, sddl, opening) => {
    expect(openingOf(sddl, 'folder')).toBe(opening);
  });
});

describe('a policy file', () => {
  let directory: string;
  let policy: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'parley-access-'));
    policy = path.join(directory, 'policy.json');
    writeFileSync(policy, '{}');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const changeable = (lists: Readonly<Record<string, string>>): string | undefined =>
    changeableOnWindows(policy, (paths) => paths.map((one) => lists[one] ?? drive));

  test('counts when nobody but administrators can change it or take its place', () => {
    expect(changeable({ [policy]: file, [directory]: folder })).toBeUndefined();
  });

  test('does not where somebody can, with the reason', () => {
    const mine = folder.replace('O:BA', `O:${user}`);
    expect(changeable({ [policy]: file.replace('O:BA', `O:${user}`), [directory]: folder })).toBe(
      'it does not belong to the administrators',
    );
    expect(changeable({ [policy]: file, [directory]: mine })).toBe(
      `the folder ${directory} does not belong to the administrators`,
    );
    expect(
      changeable({ [policy]: file, [directory]: folder, [path.dirname(directory)]: 'O:BAG:BAD:(A;;FA;;;WD)' }),
    ).toBe(`others than administrators may write the folder ${path.dirname(directory)}`);
  });

  test('does not where the lists cannot be read', () => {
    const why = changeableOnWindows(policy, () => {
      throw new Error('no PowerShell');
    });
    expect(why).toBe('its access list cannot be read');
    expect(changeableOnWindows(policy, () => [])).toBe('its access list cannot be understood');
  });
});
