import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { keypadLetters } from '../../src-shared/text/keypad-letters.ts';
import { HeldKey } from './held-key.ts';

const keys: readonly (readonly [digit: string, letters: string])[] = [
  ['1', ''],
  ...keypadLetters,
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

/** Milliseconds after which a press is a long one. */
const longPressMs = 700;

/** A key that presses the button with the focus. */
function isPress({ key }: KeyboardEvent): boolean {
  return key === 'Enter' || key === ' ';
}

/** The twelve keys of a telephone. `onLong`: a key was held down; `onDigit` is then not told. */
export function KeypadKeys(props: {
  readonly onDigit: (digit: string) => void;
  readonly onLong?: (digit: string) => void;
  /** What a long press of a key does, for its hint. */
  readonly longHint?: Readonly<Record<string, string>>;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}) {
  const timer = useRef<number | undefined>(undefined);
  /** A long press ends with a click, too, which then means nothing. */
  const wasLong = useRef(false);
  const release = () => {
    window.clearTimeout(timer.current);
    timer.current = undefined;
  };
  useEffect(() => release, []);
  const [heldKey] = useState(() => new HeldKey());
  const canHold = (digit: string) => props.onLong !== undefined && props.longHint?.[digit] !== undefined;
  const press = (digit: string) => {
    wasLong.current = false;
    if (!canHold(digit)) return;
    timer.current = window.setTimeout(() => {
      wasLong.current = true;
      props.onLong?.(digit);
    }, longPressMs);
  };
  return (
    <div className="kpad__grid">
      {keys.map(([digit, letters]) => (
        <button
          key={digit}
          type="button"
          title={props.longHint?.[digit]}
          onKeyDown={(event) => {
            props.onKeyDown?.(event);
            if (!isPress(event) || !canHold(digit)) return;
            // The button would click at once, and again with every repeat.
            event.preventDefault();
            heldKey.down(digit, event.repeat);
          }}
          onKeyUp={(event) => {
            if (!isPress(event) || !canHold(digit)) return;
            event.preventDefault();
            const meant = heldKey.up(digit);
            if (meant === 'long') props.onLong?.(digit);
            else if (meant === 'short') props.onDigit(digit);
          }}
          onPointerDown={() => {
            press(digit);
          }}
          onPointerUp={release}
          onPointerLeave={release}
          onClick={() => {
            if (!wasLong.current) props.onDigit(digit);
            wasLong.current = false;
          }}
        >
          <b>{digit}</b>
          <span aria-hidden>{letters}</span>
        </button>
      ))}
    </div>
  );
}
