import { describe, expect, test } from 'vitest';
import type { Contact } from '../../src-shared/model/contact.ts';
import { contactRows, groupNames, treeStep } from './contact-rows.ts';

const contact = (
  name: string,
  groups: readonly string[],
  state: Contact['presence']['state'] = 'offline',
): Contact => ({
  jid: `${name.toLowerCase()}@example.com`,
  name,
  groups,
  subscription: 'both',
  pendingOut: false,
  presence: { state },
});
const none = new Set<string>();
const texts = (rows: ReturnType<typeof contactRows>) =>
  rows.map((row) => (row.kind === 'group' ? `# ${row.name} ${row.online}/${row.total}` : row.contact.name));

describe('the contact tree', () => {
  const roster = [contact('Zoe', []), contact('Bob', ['Work'], 'away'), contact('alice', ['Work', 'Friends'], 'dnd')];

  test('groups by name, people without a group last, people by name without regard to case', () => {
    expect(texts(contactRows(roster, none))).toEqual([
      '# Friends 1/1',
      'alice',
      '# Work 2/2',
      'alice',
      'Bob',
      '#  0/1',
      'Zoe',
    ]);
  });

  test('a folded group shows its head and its count only', () => {
    expect(texts(contactRows(roster, new Set(['Work'])))).toEqual([
      '# Friends 1/1',
      'alice',
      '# Work 2/2',
      '#  0/1',
      'Zoe',
    ]);
  });

  test('somebody in two groups has two rows with keys of their own', () => {
    const keys = contactRows(roster, none).map((row) => row.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('unknown presence does not count as online', () => {
    expect(texts(contactRows([contact('Al', [], 'unknown'), contact('Bo', [], 'onphone')], none))[0]).toBe('#  1/2');
  });

  test('each row says its place among its siblings', () => {
    const bob = contactRows(roster, none).find((row) => row.kind === 'contact' && row.contact.name === 'Bob');
    expect(bob).toMatchObject({ position: 2, setSize: 2 });
  });

  test('suggests each group once', () => {
    expect(groupNames(roster)).toEqual(['Friends', 'Work']);
  });
});

describe('Left and Right in the tree', () => {
  const rows = contactRows([contact('Al', ['A']), contact('Bo', ['B'])], none);
  const folded = contactRows([contact('Al', ['A'])], new Set(['A']));

  test('Right opens a folded group, then goes to its first person', () => {
    expect(treeStep('ArrowRight', folded, 0)).toEqual({ type: 'unfold', group: 'A' });
    expect(treeStep('ArrowRight', rows, 0)).toEqual({ type: 'move', index: 1 });
  });
  test('Left goes from a person to the group, then folds it', () => {
    expect(treeStep('ArrowLeft', rows, 3)).toEqual({ type: 'move', index: 2 });
    expect(treeStep('ArrowLeft', rows, 2)).toEqual({ type: 'fold', group: 'B' });
    expect(treeStep('ArrowLeft', folded, 0)).toBeUndefined();
  });
});
