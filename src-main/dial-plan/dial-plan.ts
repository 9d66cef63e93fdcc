import type { DialTarget } from './dial-string.ts';
import { parseDialString, toE164 } from './dial-string.ts';
import { applyFirstRule } from './dial-rule.ts';
import type { DialRule } from './dial-rule.ts';
import type { Keypad } from './keypad.ts';
import { readableNumber } from '../../src-shared/text/readable-number.ts';

/** What the plan goes by; read anew for each number, so that a changed setting holds at once. */
export interface DialPlanRules {
  /** ISO 3166 region that national numbers are read in. */
  readonly region: string | undefined;
  readonly keypad: Keypad;
  /** Numbers of at most this many digits are extensions, never national numbers; 0: not known. */
  readonly extensionDigits: number;
  /** What becomes of a number on its way to the server. */
  readonly applicationRules: readonly DialRule[];
  /** What a number from the server is in the directory. */
  readonly lookupRules: readonly DialRule[];
  /** Such a number is dialled as typed, whatever the rules say. */
  readonly isEmergency: (number: string) => boolean;
}

/** A number that came from the server, as people see it and as the directory is asked for it. */
export interface InboundNumber {
  readonly shown: string;
  /** E.164 where known; absent for extensions that no rule knows. */
  readonly lookedUp?: string;
}

/**
 * The way of a number through Parley, in both directions.
 *
 *     out:  typed -> transformed (+, digits, letters by the keypad) -> application rules -> dialled
 *                        \-> lookup rules or E.164 -> looked up
 *     in:   received -> lookup rules or E.164 -> shown and looked up
 *
 * Shown, dialled and looked up stay three things: nothing that is shown comes from what is dialled. Digits without any
 * grouping are shown as people write them.
 */
export class DialPlan {
  readonly #rules: () => DialPlanRules;

  constructor(rules: () => DialPlanRules) {
    this.#rules = rules;
  }

  /** See DialPlanRules. */
  get extensionDigits(): number {
    return this.#rules().extensionDigits;
  }

  /** What to dial for what was typed, linked or taken from a contact. Throws AppError `invalid` for what is no number. */
  outbound(typed: string): DialTarget {
    const rules = this.#rules();
    const target = parseDialString(typed, rules.keypad);
    if (target.kind === 'uri' || rules.isEmergency(target.dialled)) return target;
    const lookedUp = lookUp(target.dialled, rules);
    return {
      ...target,
      shown: readable(target.shown, lookedUp, rules),
      dialled: applyFirstRule(target.dialled, rules.applicationRules) ?? target.dialled,
      ...(lookedUp === undefined ? {} : { lookedUp }),
    };
  }

  /** Who a number or `user@host` from the server is shown and looked up as. Never throws. */
  inbound(received: string): InboundNumber {
    const rules = this.#rules();
    if (!/^\+?[0-9*#]+$/.test(received)) return { shown: received };
    const shown = applyFirstRule(received, rules.lookupRules) ?? received;
    const lookedUp = lookUp(received, rules);
    return { shown: readable(shown, lookedUp, rules), ...(lookedUp === undefined ? {} : { lookedUp }) };
  }
}

/** Grouped as people write it where it is a number of the world; extensions and what was grouped already stay. */
function readable(shown: string, lookedUp: string | undefined, { region }: DialPlanRules): string {
  return lookedUp === undefined ? shown : readableNumber(shown, region);
}

/** E.164 of a number of the site: by the first lookup rule that fits it, else by the country's own way of writing. */
function lookUp(number: string, rules: DialPlanRules): string | undefined {
  const byRule = applyFirstRule(number, rules.lookupRules);
  const known = byRule ?? number;
  if (!known.startsWith('+') && known.length <= rules.extensionDigits) return undefined;
  return toE164(known, rules.region);
}
