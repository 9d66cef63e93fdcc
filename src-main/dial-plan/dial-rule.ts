/**
 * One rule of a table, as application dialling rules and directory lookup rules both have it: what a number begins
 * with and how long it is, and what becomes of it.
 */
export interface DialRule {
  /** Literal first characters, a leading `+` among them; empty fits every number, but no service code such as `*98`. */
  readonly beginsWith: string;
  /** Length of the whole number, a leading `+` counted; 0 fits every length. */
  readonly numDigits: number;
  /** Characters taken off the front, a leading `+` counted. */
  readonly digitsToRemove: number;
  /** Put in front of what is left. */
  readonly prefixWith: string;
}

/** The number after the first rule that fits it; undefined when none does. Rules are tried from the top. */
export function applyFirstRule(number: string, rules: readonly DialRule[]): string | undefined {
  for (const rule of rules) {
    const changed = applyRule(number, rule);
    if (changed !== undefined) return changed;
  }
  return undefined;
}

function applyRule(number: string, rule: DialRule): string | undefined {
  if (!number.startsWith(rule.beginsWith)) return undefined;
  if (rule.beginsWith === '' && /^[*#]/.test(number)) return undefined;
  if (rule.numDigits !== 0 && number.length !== rule.numDigits) return undefined;
  const changed = rule.prefixWith + number.slice(rule.digitsToRemove);
  // A rule that leaves nothing to dial, or a + in the middle, is not meant for this number.
  return /^\+?[0-9*#]+$/.test(changed) ? changed : undefined;
}

/** Bounds of a table that comes from settings and policy. A number has at most 40 characters (see parseDialString). */
export const dialRuleLimits = { maxRules: 200, maxNumberLength: 40, maxTextLength: 20 } as const;
