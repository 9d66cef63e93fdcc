import type { CallRecord } from '../../src-shared/model/history.ts';
import type { Person } from '../../src-shared/model/contact.ts';
import type { Call } from '../../src-shared/model/call.ts';
import type { Dialable } from '../search/search-state.ts';

/** Somebody or something that a call can go to. */
export interface CallTarget {
  readonly key: string;
  /** What is dialled. */
  readonly target: string;
  /** Undefined for a bare number. */
  readonly name: string | undefined;
  readonly number: string;
  readonly jid: string | undefined;
  readonly personId: string | undefined;
  /** This person's other call with them, which can be joined without calling anybody. */
  readonly call: Call | undefined;
}

/** Rows of the list: more than this nobody reads while somebody waits. */
const mostTargets = 3;

const key = (text: string): string => text.replaceAll(/[\s().-]/g, '').toLowerCase();

/**
 * What to offer, nobody twice: calls on hold first, then who was found; with nothing typed, who was talked to last.
 * `except`: numbers that make no sense, such as the one of the call itself.
 */
export function callTargets(from: {
  readonly typed: boolean;
  readonly others: readonly Call[];
  readonly people: readonly Person[];
  readonly dialable: Dialable | undefined;
  readonly recent: readonly CallRecord[];
  readonly except: readonly string[];
  /** Name of a call's far end as typed search finds it. */
  readonly matches: (text: string) => boolean;
}): readonly CallTarget[] {
  const found: CallTarget[] = [];
  const taken = new Set(from.except.map(key));
  const add = (one: CallTarget) => {
    if (taken.has(key(one.target)) || taken.has(key(one.number))) return;
    taken.add(key(one.target));
    taken.add(key(one.number));
    found.push(one);
  };
  for (const call of from.others) {
    const { number, name, e164, jid } = call.party;
    if (!from.matches(`${name ?? ''} ${number}`)) continue;
    add({ key: call.id, target: e164 ?? number, name, number, jid, personId: undefined, call });
  }
  if (from.typed) {
    for (const person of from.people) {
      const number = person.numbers[0];
      if (number === undefined) continue;
      const { jid, id: personId, name } = person;
      add({
        key: personId,
        target: number.e164 ?? number.shown,
        name,
        number: number.shown,
        jid,
        personId,
        call: undefined,
      });
    }
    const { dialable } = from;
    if (dialable !== undefined)
      add({
        key: `dial:${dialable.dial}`,
        target: dialable.dial,
        name: undefined,
        number: dialable.shown,
        jid: undefined,
        personId: undefined,
        call: undefined,
      });
  } else {
    for (const { id, number, e164, name, jid } of from.recent) {
      add({ key: id, target: e164 ?? number, name, number, jid, personId: undefined, call: undefined });
    }
  }
  return found.slice(0, mostTargets);
}
