import type { CallRecord } from '../../src-shared/model/history.ts';
import type { Person, PhoneNumber, PhoneNumberKind } from '../../src-shared/model/contact.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { isNumberLike } from '../search/search-state.ts';
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

/** What is not known of a mere number. */
const bare = { name: undefined, kind: undefined, jid: undefined, personId: undefined, call: undefined } as const;

/** All numbers of a person, the one that was typed first: whoever types it wants that phone. */
function numbersOf({ numbers }: Person, isTyped: (number: PhoneNumber) => boolean): readonly PhoneNumber[] {
  return [...numbers.filter(isTyped), ...numbers.filter((number) => !isTyped(number))];
}

/**
 * What to offer, no number twice: calls on hold first, then who was found, with all of their numbers; with nothing
 * typed, who was talked to last. Who types a number means that number, as in the search box: it comes first, with the
 * name of whose it is, and others whose numbers only hold these digits stand below.
 * `except`: numbers that make no sense, such as the one of the call itself.
 */
export function callTargets(from: {
  /** What was typed, without spaces around it. */
  readonly query: string;
  readonly others: readonly Call[];
  readonly people: readonly Person[];
  readonly dialable: Dialable | undefined;
  readonly recent: readonly CallRecord[];
  readonly except: readonly string[];
  /** Name of a call's far end as typed search finds it. */
  readonly matches: (text: string) => boolean;
}): readonly CallTarget[] {
  const { query, dialable } = from;
  const isTyped = ({ shown, e164 }: Pick<PhoneNumber, 'shown' | 'e164'>) =>
    dialable !== undefined &&
    [key(dialable.dial), key(dialable.shown)].some((one) => one === key(shown) || one === e164);
  const found: CallTarget[] = from.others.flatMap((call) => {
    const { number, name, e164, jid } = call.party;
    if (!from.matches(`${name ?? ''} ${number}`)) return [];
    return [{ ...bare, key: call.id, target: e164 ?? number, name, number, jid, call }];
  });
  if (query === '') {
    for (const { id, number, e164, name, jid } of from.recent) {
      if (hidesNumber({ number })) continue;
      found.push({ ...bare, key: id, target: e164 ?? number, name, number, jid });
    }
    return distinct(found, from.except);
  }
  for (const person of from.people) {
    const { jid, id: personId, name } = person;
    for (const { kind, shown, e164 } of numbersOf(person, isTyped)) {
      found.push({
        ...bare,
        key: `${personId} ${shown}`,
        target: e164 ?? shown,
        name,
        number: shown,
        kind,
        jid,
        personId,
      });
    }
  }
  if (dialable === undefined) return distinct(found, from.except);
  const asTyped = { ...bare, key: `dial:${dialable.dial}`, target: dialable.dial, number: dialable.shown };
  if (!isNumberLike(query)) return distinct([...found, asTyped], from.except);
  const isMeant = ({ number, target }: CallTarget) => isTyped({ shown: number, e164: target });
  return distinct([...found.filter(isMeant), asTyped, ...found.filter((target) => !isMeant(target))], from.except);
}

/** The first of those that go to one number, and none to these; as many as are read. */
function distinct(targets: readonly CallTarget[], except: readonly string[]): readonly CallTarget[] {
  const taken = new Set(except.map(key));
  return targets
    .filter(({ target, number }) => {
      // Two who withhold their numbers are two.
      if (hidesNumber({ number })) return true;
      if (taken.has(key(target)) || taken.has(key(number))) return false;
      taken.add(key(target));
      taken.add(key(number));
      return true;
    })
    .slice(0, mostTargets);
}
