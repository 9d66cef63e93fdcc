import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { keypadLetters } from '../../src-shared/text/keypad-letters.ts';

const keys: readonly (readonly [digit: string, letters: string])[] = [
  ['1', ''],
  ...keypadLetters,
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

/** Milliseconds after which a press is a long one. */
const longPressMs = 700;

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
  const press = (digit: string) => {
    wasLong.current = false;
    if (props.onLong === undefined || props.longHint?.[digit] === undefined) return;
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
          onKeyDown={props.onKeyDown}
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
