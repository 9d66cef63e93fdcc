import type { Contact } from '../../src-shared/model/contact.ts';

/** One visible row of the contact tree. */
export type ContactRow =
  | {
      readonly kind: 'group';
      readonly key: string;
      /** Empty for contacts without a group. */
      readonly name: string;
      readonly online: number;
      readonly total: number;
      readonly folded: boolean;
    }
  | {
      readonly kind: 'contact';
      readonly key: string;
      readonly contact: Contact;
      readonly group: string;
      /** From 1, as `aria-posinset` counts. */
      readonly position: number;
      readonly setSize: number;
    };

const byName = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

export function isOnline(contact: Contact): boolean {
  return contact.presence.state !== 'offline' && contact.presence.state !== 'unknown';
}

/**
 * The tree as flat rows: groups by name, contacts without a group last, people by name inside.
 * Somebody in two groups stands in both. A folded group shows no people. With one unnamed group only,
 * there is nothing to fold and no head.
 */
export function contactRows(contacts: readonly Contact[], folded: ReadonlySet<string>): readonly ContactRow[] {
  const groups = new Map<string, Contact[]>();
  for (const contact of contacts) {
    for (const name of contact.groups.length === 0 ? [''] : contact.groups) {
      const members = groups.get(name);
      if (members === undefined) groups.set(name, [contact]);
      else members.push(contact);
    }
  }
  const names = [...groups.keys()].sort((left, right) => {
    if (left === '' || right === '') return left === '' ? 1 : -1;
    return byName.compare(left, right);
  });
  const rows: ContactRow[] = [];
  for (const name of names) {
    const members = [...(groups.get(name) ?? [])].sort((left, right) => byName.compare(left.name, right.name));
    const isFolded = folded.has(name);
    rows.push({
      kind: 'group',
      key: `group ${name}`,
      name,
      online: members.filter(isOnline).length,
      total: members.length,
      folded: isFolded,
    });
    if (isFolded) continue;
    members.forEach((contact, index) => {
      rows.push({
        kind: 'contact',
        key: `contact ${name} ${contact.jid}`,
        contact,
        group: name,
        position: index + 1,
        setSize: members.length,
      });
    });
  }
  return rows;
}

/** What Left and Right do on a row (WAI-ARIA tree pattern). */
export type TreeStep =
  { readonly type: 'fold' | 'unfold'; readonly group: string } | { readonly type: 'move'; readonly index: number };

export function treeStep(key: string, rows: readonly ContactRow[], current: number): TreeStep | undefined {
  const row = rows[current];
  if (row === undefined) return undefined;
  if (key === 'ArrowRight' && row.kind === 'group') {
    return row.folded
      ? { type: 'unfold', group: row.name }
      : { type: 'move', index: Math.min(current + 1, rows.length - 1) };
  }
  if (key === 'ArrowLeft') {
    if (row.kind === 'group') return row.folded ? undefined : { type: 'fold', group: row.name };
    return { type: 'move', index: rows.findIndex((other) => other.kind === 'group' && other.name === row.group) };
  }
  return undefined;
}

/** Every group of the roster by name, for the suggestions when a contact is added. */
export function groupNames(contacts: readonly Contact[]): readonly string[] {
  return [...new Set(contacts.flatMap((contact) => contact.groups))].sort((left, right) => byName.compare(left, right));
}
