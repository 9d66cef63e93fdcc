import { expect, test } from 'vitest';
import { noFeatureCodes } from './call-settings.ts';
import { featureCode } from './feature-codes.ts';

const codes = { ...noFeatureCodes, pickUp: 'sip:*8{number}@pbx.example.com', retrieve: '*69' };

test.each([
  ['pickUp', '020 7946-0102', 'sip:*80207946-0102@pbx.example.com'],
  ['pickUp', 'bob_smith', 'sip:*8bob_smith@pbx.example.com'],
  ['retrieve', '(701)', '*69701'],
  ['retrieve', '', '*69'],
] as const)('%s of "%s" is %s', (name, value, dialled) => {
  expect(featureCode(codes, name, value)).toBe(dialled);
});

test.each(['bob;transport=tcp', 'bob?Replaces=1', 'café'])('"%s" is refused in words, not shortened', (value) => {
  expect(() => featureCode(codes, 'pickUp', value)).toThrow(/cannot be sent with a code/);
});
