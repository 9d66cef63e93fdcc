import type { z } from 'zod';
import { limits } from '../limits.ts';

/**
 * The contract between the service layer ("main") and the window ("renderer"), in three forms:
 *
 * - **call**: request and answer, in either direction, with a deadline
 * - **topic**: a whole small snapshot with a revision, replayed on subscribe and after reconnect
 * - **event**: append-only, numbered, so that a gap is seen
 *
 * A declaration gives the types, the validation and the allow-list. Validation runs in main only:
 * the renderer imports types from here and never zod.
 */
export interface CallDeclaration<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly form: 'call';
  /** `toMain`: the window asks. `toRenderer`: the service layer asks the holder of the media lease. */
  readonly direction: 'toMain' | 'toRenderer';
  readonly input: Input;
  readonly output: Output;
  /** Milliseconds until the caller gives up with `timeout`. */
  readonly deadlineMs: number;
}

export interface TopicDeclaration<Snapshot extends z.ZodType = z.ZodType> {
  readonly form: 'topic';
  readonly snapshot: Snapshot;
}

export interface EventDeclaration<Payload extends z.ZodType = z.ZodType> {
  readonly form: 'event';
  readonly payload: Payload;
}

export function callToMain<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): CallDeclaration<Input, Output> & { readonly direction: 'toMain' } {
  return { form: 'call', direction: 'toMain', input, output, deadlineMs: limits.mainCallDeadlineMs };
}

export function callToRenderer<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
  deadlineMs: number = limits.rendererCallDeadlineMs,
): CallDeclaration<Input, Output> & { readonly direction: 'toRenderer' } {
  return { form: 'call', direction: 'toRenderer', input, output, deadlineMs };
}

export function topic<Snapshot extends z.ZodType>(snapshot: Snapshot): TopicDeclaration<Snapshot> {
  return { form: 'topic', snapshot };
}

export function event<Payload extends z.ZodType>(payload: Payload): EventDeclaration<Payload> {
  return { form: 'event', payload };
}
