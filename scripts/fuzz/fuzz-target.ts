import type { SeededRandom } from './random.ts';

/**
 * Something that is given inputs which nobody would send. It must neither throw, nor hang, nor keep what it was given.
 * One file for each target, named in `targets.ts`; its seeds lie in `corpus/<name>`, one input in each file.
 */
export interface FuzzTarget {
  /** `text`: lines are changed too; `bytes`: packets. */
  readonly kind: 'text' | 'bytes';
  /** Before the first input. */
  start(): Promise<void>;
  /** Takes one input; throws or rejects when it finds a fault. May change what depends on its own state. */
  feed(input: Buffer, random: SeededRandom): void | Promise<void>;
  /**
   * After every few hundred inputs: lets go of what is due to be let go of, and throws when the target does not work
   * any more. The memory is measured right after it.
   */
  settle(): Promise<void>;
  stop(): Promise<void>;
}
