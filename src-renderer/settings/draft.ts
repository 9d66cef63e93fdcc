/**
 * What a field shows while a person edits it:
 *
 *   as held --written--> open --taken over--> as held, once the service says so
 *
 * A value that comes from elsewhere is shown unless the field is open: it must not undo what is being written.
 */
export interface Draft<Value> {
  readonly shown: Value;
  /** What the service says. */
  readonly held: Value;
  readonly isOpen: boolean;
}

export function draftOf<Value>(held: Value): Draft<Value> {
  return { shown: held, held, isOpen: false };
}

export function written<Value>(draft: Draft<Value>, shown: Value): Draft<Value> {
  return { ...draft, shown, isOpen: true };
}

/** What was written went to the service; refused, it stays to be read and mended. */
export function takenOver<Value>(draft: Draft<Value>): Draft<Value> {
  return { ...draft, isOpen: false };
}

/** The draft itself when nothing changed. */
export function heldAnew<Value>(draft: Draft<Value>, held: Value): Draft<Value> {
  if (draft.held === held) return draft;
  return draft.isOpen ? { ...draft, held } : draftOf(held);
}
