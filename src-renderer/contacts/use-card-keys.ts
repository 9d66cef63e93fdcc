import { useEffect, useEffectEvent } from 'react';
import { combos, isMac, pressed } from '../ui/shortcuts.ts';

export interface CardKeys {
  /** Undefined where there is no number to call. */
  readonly call: (() => void) | undefined;
  /** Undefined where there is no chat address. */
  readonly chat: (() => void) | undefined;
}

/** The keys of a person that work in a list work on the person's open card, too, wherever the focus is in it. */
export function useCardKeys({ call, chat }: CardKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const isInCard = event.target instanceof Element && event.target.closest('[data-region=detail]') !== null;
    if (event.defaultPrevented || !isInCard) return;
    const act = pressed(event, combos.callPerson, isMac())
      ? call
      : pressed(event, combos.chatPerson, isMac())
        ? chat
        : undefined;
    if (act === undefined) return;
    // Enter would press the button that has the focus besides.
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      onKey(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, []);
}
