import { arrivingCallMutations } from './arriving-calls.ts';
import { callMutations } from './calls.ts';
import { houseMutations } from './house.ts';
import { mediaMutations } from './media.ts';
import type { Mutation } from './mutation.ts';
import { serviceMutations } from './services.ts';

export const mutations: readonly Mutation[] = [
  ...houseMutations,
  ...serviceMutations,
  ...callMutations,
  ...mediaMutations,
  ...arrivingCallMutations,
];

/** How often the text that a mutation changes stands in the code: once, unless the code has moved on. */
export function placesOf({ find }: Mutation, code: string): number {
  return code.split(find).length - 1;
}
