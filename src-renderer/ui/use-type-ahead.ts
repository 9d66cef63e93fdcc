import { useRef } from 'react';
import { typeAheadResetMs } from './list-keys.ts';

/** Collects letters typed in quick succession; returns everything typed so far. */
export function useTypeAhead(): (letter: string) => string {
  const typed = useRef({ text: '', atMs: 0 });
  return (letter) => {
    const atMs = Date.now();
    const text = atMs - typed.current.atMs < typeAheadResetMs ? typed.current.text + letter : letter;
    typed.current = { text, atMs };
    return text;
  };
}
