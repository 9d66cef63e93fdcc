import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import type { ClipboardEvent, KeyboardEvent } from 'react';
import { dtmfDigits, dtmfPortions } from './digits.ts';
import { KeypadKeys } from './keypad-keys.tsx';

/** Sends digits into the call, by click, by key and by paste. What stands above the keys has been sent. */
export function Keypad(props: {
  readonly name: string;
  /** Resolves to false when the digits were refused. */
  readonly onDigits: (digits: string) => Promise<boolean>;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const [sent, setSent] = useState('');
  const display = useRef<HTMLInputElement>(null);
  /** Digits leave one after the other: their order is their meaning. */
  const queue = useRef<Promise<void>>(Promise.resolve());

  useEffect(() => {
    display.current?.focus();
  }, []);

  const send = (text: string) => {
    for (const portion of dtmfPortions(dtmfDigits(text))) {
      queue.current = queue.current.then(async () => {
        if (await props.onDigits(portion)) setSent((before) => before + portion);
      });
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      props.onClose();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (dtmfDigits(event.key) === '') return;
    event.preventDefault();
    send(event.key);
  };

  const onPaste = (event: ClipboardEvent) => {
    event.preventDefault();
    send(event.clipboardData.getData('text/plain'));
  };

  return (
    <div className="kpad" role="group" aria-label={t`Keypad`}>
      <div className="kpad__out tnum">
        <input
          ref={display}
          className="kpad__display"
          aria-label={t`Digits sent to ${props.name}. Type or paste digits here.`}
          value={sent}
          readOnly
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
      </div>
      <KeypadKeys onDigit={send} onKeyDown={onKeyDown} />
    </div>
  );
}
