import type { CallRecord } from '../../src-shared/model/history.ts';
import type { Person, PhoneNumber, PhoneNumberKind } from '../../src-shared/model/contact.ts';
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
  /** What a person's number is for; undefined for others. */
  readonly kind: PhoneNumberKind | undefined;
  readonly jid: string | undefined;
  readonly personId: string | undefined;
  /** This person's other call with them, which can be joined without calling anybody. */
  readonly call: Call | undefined;
}

/** Rows of the list, of which a few are in sight: more than this nobody reads while somebody waits. */
const mostTargets = 8;

/**
 * The row of the list that is chosen: the one that the person went to, wherever it stands now, else the first.
 * An answer that arrives late may move the rows, and must not put somebody else under the choice.
 */
export function chosenIndex(targets: readonly Pick<CallTarget, 'key'>[], wanted: string | undefined): number {
  return Math.max(
    0,
    targets.findIndex((target) => target.key === wanted),
  );
}

const key = (text: string): string => text.replaceAll(/[\s().-]/g, '').toLowerCase();

/** All numbers of a person, the one that was typed first: whoever types it wants that phone. */
function numbersOf({ numbers }: Person, typed: Dialable | undefined): readonly PhoneNumber[] {
  const isTyped = ({ shown, e164 }: PhoneNumber) =>
    typed !== undefined && [key(typed.dial), key(typed.shown)].some((one) => one === key(shown) || one === e164);
  return [...numbers.filter(isTyped), ...numbers.filter((number) => !isTyped(number))];
}

/**
 * What to offer, no number twice: calls on hold first, then who was found, with all of their numbers; with nothing
 * typed, who was talked to last.
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
    add({ key: call.id, target: e164 ?? number, name, number, kind: undefined, jid, personId: undefined, call });
  }
  if (from.typed) {
    const { dialable } = from;
    for (const person of from.people) {
      const { jid, id: personId, name } = person;
      for (const { kind, shown, e164 } of numbersOf(person, dialable)) {
        add({
          key: `${personId} ${shown}`,
          target: e164 ?? shown,
          name,
          number: shown,
          kind,
          jid,
          personId,
          call: undefined,
        });
      }
    }
    if (dialable !== undefined)
      add({
        key: `dial:${dialable.dial}`,
        target: dialable.dial,
        name: undefined,
        number: dialable.shown,
        kind: undefined,
        jid: undefined,
        personId: undefined,
        call: undefined,
      });
  } else {
    for (const { id, number, e164, name, jid } of from.recent) {
      add({
        key: id,
        target: e164 ?? number,
        name,
        number,
        kind: undefined,
        jid,
        personId: undefined,
        call: undefined,
      });
    }
  }
  return found.slice(0, mostTargets);
}
