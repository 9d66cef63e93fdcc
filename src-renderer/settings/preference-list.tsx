import { Button } from '@fluentui/react-components';
import { ArrowDown16Regular, ArrowUp16Regular } from '@fluentui/react-icons';
import { useLingui } from '@lingui/react/macro';
import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';

export interface Preference {
  readonly name: string;
  /** As people read it. */
  readonly label: string;
  readonly note?: ReactNode;
  /** Behind the arrows, or alone where the place is fixed. */
  readonly control?: ReactNode;
  /** Its place does not matter, or is not the person's to choose. */
  readonly fixed?: boolean;
}

export interface PreferenceListProps {
  readonly label: string;
  readonly entries: readonly Preference[];
  readonly locked: boolean;
  /** The names of the movable entries in their new order. */
  readonly onMove: (names: readonly string[]) => void;
}

/** Things in order of preference, each with arrows that a keyboard reaches; the arrow that was pressed keeps the focus. */
export function PreferenceList({ label, entries, locked, onMove }: PreferenceListProps) {
  const { t } = useLingui();
  const list = useRef<HTMLOListElement>(null);
  const pressed = useRef<string>(undefined);
  const names = entries.filter(({ fixed }) => fixed !== true).map(({ name }) => name);
  const order = names.join('\n');
  useLayoutEffect(() => {
    // The browser takes the focus away from what is moved in the page.
    if (pressed.current === undefined || document.activeElement !== document.body) return;
    list.current?.querySelector<HTMLElement>(`[data-arrow=${JSON.stringify(pressed.current)}]`)?.focus();
  }, [order]);
  const move = (name: string, by: 1 | -1) => {
    const from = names.indexOf(name);
    const other = names[from + by];
    if (other === undefined) return;
    pressed.current = `${by < 0 ? 'up' : 'down'} ${name}`;
    onMove(names.map((each) => (each === name ? other : each === other ? name : each)));
  };
  return (
    <ol className="ranking__list" aria-label={label} ref={list}>
      {entries.map((entry) => (
        <li key={entry.name} className={entry.fixed === true ? 'ranking__fixed' : undefined}>
          <span className="clip" title={entry.label}>
            {entry.label}
          </span>
          {entry.note !== undefined && <span className="t-cap">{entry.note}</span>}
          {!locked && entry.fixed !== true && (
            <>
              <Button
                size="small"
                appearance="subtle"
                icon={<ArrowUp16Regular />}
                data-arrow={`up ${entry.name}`}
                disabledFocusable={names[0] === entry.name}
                aria-label={t`Prefer ${entry.label}`}
                onClick={() => {
                  move(entry.name, -1);
                }}
              />
              <Button
                size="small"
                appearance="subtle"
                icon={<ArrowDown16Regular />}
                data-arrow={`down ${entry.name}`}
                disabledFocusable={names.at(-1) === entry.name}
                aria-label={t`Prefer ${entry.label} less`}
                onClick={() => {
                  move(entry.name, 1);
                }}
              />
            </>
          )}
          {entry.control}
        </li>
      ))}
    </ol>
  );
}
