import { useEffect, useRef, useState } from 'react';
import { draftOf, heldAnew, takenOver, written } from './draft.ts';

export interface EditedValue<Value> {
  readonly value: Value;
  readonly write: (value: Value) => void;
  /** Takes over what was written, if anything was. */
  readonly flush: () => void;
}

/**
 * A value that is edited in place and taken over when the field is left or goes away, at `flush`, and, where
 * `pauseMs` says so, once nothing more was written for that time. The field stays the same element throughout, so the
 * keyboard stays where it is.
 */
export function useDraft<Value extends string | number>(
  held: Value,
  takeOver: (value: Value) => void,
  pauseMs?: number,
): EditedValue<Value> {
  const [draft, setDraft] = useState(() => draftOf(held));
  const current = heldAnew(draft, held);
  if (current !== draft) setDraft(current);
  const open = useRef<{ readonly value: Value } | undefined>(undefined);
  const timer = useRef<number | undefined>(undefined);
  const newest = useRef(takeOver);
  useEffect(() => {
    newest.current = takeOver;
  });
  const send = (): void => {
    window.clearTimeout(timer.current);
    const last = open.current;
    open.current = undefined;
    if (last !== undefined) newest.current(last.value);
  };
  const atEnd = useRef(send);
  useEffect(() => {
    const end = atEnd.current;
    return () => {
      end();
    };
  }, []);
  const flush = (): void => {
    setDraft(takenOver);
    send();
  };
  return {
    value: current.shown,
    write: (value) => {
      setDraft((before) => written(before, value));
      open.current = { value };
      window.clearTimeout(timer.current);
      if (pauseMs !== undefined) timer.current = window.setTimeout(flush, pauseMs);
    },
    flush,
  };
}
