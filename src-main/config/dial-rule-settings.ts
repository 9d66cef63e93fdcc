import { z } from 'zod';
import { dialRuleLimits } from '../dial-plan/dial-rule.ts';
import { oneOf, table, wholeNumber } from './setting.ts';

const { maxRules, maxNumberLength, maxTextLength } = dialRuleLimits;
const dialCharacters = z
  .string()
  .trim()
  .max(maxTextLength)
  .regex(/^\+?[0-9*#]*$/);

/** A rule as the policy file and the window give it; a rule that could leave nothing to dial is a mistake. */
const dialRule = z
  .strictObject({
    beginsWith: dialCharacters,
    numDigits: z.number().int().min(0).max(maxNumberLength),
    digitsToRemove: z.number().int().min(0).max(maxNumberLength),
    prefixWith: dialCharacters,
  })
  .refine((rule) => rule.numDigits === 0 || rule.beginsWith.length <= rule.numDigits)
  .refine((rule) => rule.numDigits === 0 || rule.digitsToRemove <= rule.numDigits)
  .refine((rule) => rule.numDigits === 0 || rule.digitsToRemove < rule.numDigits || rule.prefixWith !== '')
  .readonly();

const dialRules = {
  maxRows: maxRules,
  row: dialRule,
  columns: [
    { name: 'beginsWith', kind: 'text', maxLength: maxTextLength },
    { name: 'numDigits', kind: 'number', min: 0, max: maxNumberLength },
    { name: 'digitsToRemove', kind: 'number', min: 0, max: maxNumberLength },
    { name: 'prefixWith', kind: 'text', maxLength: maxTextLength },
  ],
} as const;

/** How numbers go out and come in; applied by dial-plan/dial-plan.ts. */
export const dialPlanSettings = {
  'calls.links': oneOf(['ask', 'call'], {
    scope: 'account',
    default: 'ask',
    meaning:
      'What a link of another program (tel:, sip:, callto:) does: ask before it calls, or call at once. Emergency numbers always ask.',
  }),
  'calls.extensionDigits': wholeNumber(
    { min: 0, max: 9, unit: '' },
    {
      scope: 'account',
      default: 0,
      meaning: 'Numbers of at most this many digits are extensions, never national numbers; 0: not known.',
    },
  ),
  'calls.dialRules': table(dialRules, {
    scope: 'account',
    default: [],
    meaning:
      'Application dialling rules: the first whose beginsWith and numDigits (length with +; 0: any) fit takes digitsToRemove characters off the front of a number that is dialled and puts prefixWith there.',
  }),
  'calls.lookupRules': table(dialRules, {
    scope: 'account',
    default: [],
    meaning: 'Directory lookup rules: as calls.dialRules, for the number of a caller before it is shown and looked up.',
  }),
} as const;
