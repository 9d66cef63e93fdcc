import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { focusDetail } from '../shell/focus-detail.ts';
import { currentInList, moveInList, typeAhead } from './list-keys.ts';
import type { Place } from './list-keys.ts';
import { RowMenu } from './row-menu.tsx';
import type { RowMenuPlace } from './row-menu.tsx';
import { combos, isMac, pressed } from './shortcuts.ts';
import { useTypeAhead } from './use-type-ahead.ts';

export interface RowListProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** For type ahead. */
  readonly nameOf: (row: Row) => string;
  readonly selectedKey: string | undefined;
  readonly rowClass: (row: Row) => string;
  readonly render: (row: Row) => ReactNode;
  readonly onOpen: (row: Row) => void;
  readonly onCall?: (row: Row) => void;
  readonly onChat?: (row: Row) => void;
  /** The items of a row's menu, which opens with Shift+F10, the menu key or the other mouse button. */
  readonly menuOf?: (row: Row) => ReactNode;
  /** Text before the first row of each group; rows of one group stand together. */
  readonly groupOf?: (row: Row) => string;
}

/** A listbox with one tab stop: arrows, Home, End and letters move, Enter opens and goes to the detail pane. */
export function RowList<Row>(props: RowListProps<Row>) {
  const { rows, keyOf } = props;
  const list = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  const [place, setPlace] = useState<Place>();
  const [menu, setMenu] = useState<{ readonly row: Row; readonly place: RowMenuPlace }>();
  const typed = useTypeAhead();
  const current = currentInList(rows.map(keyOf), place, props.selectedKey);
  const options = () => list.current?.querySelectorAll<HTMLElement>('[role=option]');

  // A row that is taken away with the focus on it tells nobody: the focus would be nowhere.
  const keepFocus = useEffectEvent(() => {
    if (hadFocus.current && document.activeElement === document.body) options()?.[current]?.focus();
  });
  useEffect(() => {
    keepFocus();
  }, [rows]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = rows[current];
    if (row === undefined) return;
    const mac = isMac();
    if (props.onCall !== undefined && pressed(event, combos.callPerson, mac)) props.onCall(row);
    else if (props.onChat !== undefined && pressed(event, combos.chatPerson, mac)) props.onChat(row);
    else if (props.menuOf !== undefined && (pressed(event, combos.rowMenu, mac) || event.key === 'ContextMenu')) {
      setPlace({ key: keyOf(row), index: current });
      setMenu({ row, place: { element: document.activeElement } });
    } else if (event.key === 'Enter' || event.key === ' ') {
      props.onOpen(row);
      if (event.key === 'Enter') focusDetail();
    } else {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
      const next =
        moveInList(event.key, current, rows.length) ??
        (plain ? typeAhead(rows.map(props.nameOf), typed(event.key), current) : undefined);
      const target = next === undefined ? undefined : rows[next];
      if (next === undefined || target === undefined) return;
      setPlace({ key: keyOf(target), index: next });
      options()?.[next]?.focus();
    }
    event.preventDefault();
  };

  const option = (row: Row, index: number) => {
    const selected = keyOf(row) === props.selectedKey;
    return (
      <div
        key={keyOf(row)}
        role="option"
        aria-selected={selected}
        tabIndex={index === current ? 0 : -1}
        className={`row ${props.rowClass(row)}${selected ? ' is-selected' : ''}`}
        onClick={() => {
          setPlace({ key: keyOf(row), index });
          props.onOpen(row);
        }}
        onKeyDown={onKeyDown}
        onContextMenu={(event) => {
          if (props.menuOf === undefined) return;
          event.preventDefault();
          setPlace({ key: keyOf(row), index });
          setMenu({ row, place: { x: event.clientX, y: event.clientY } });
        }}
      >
        {props.render(row)}
      </div>
    );
  };

  const groups: { name: string; options: ReactNode[] }[] = [];
  rows.forEach((row, index) => {
    const name = props.groupOf?.(row) ?? '';
    const last = groups.at(-1);
    if (last?.name === name) last.options.push(option(row, index));
    else groups.push({ name, options: [option(row, index)] });
  });

  return (
    <>
      <div
        role="listbox"
        aria-label={props.label}
        ref={list}
        onFocus={() => {
          hadFocus.current = true;
        }}
        onBlur={() => {
          hadFocus.current = false;
        }}
      >
        {groups.map((group) =>
          group.name === '' ? (
            group.options
          ) : (
            <div key={group.name} role="group" aria-label={group.name}>
              <div className="ghead ghead--flat" aria-hidden>
                {group.name}
              </div>
              {group.options}
            </div>
          ),
        )}
      </div>
      {menu !== undefined && (
        <RowMenu
          place={menu.place}
          onClose={() => {
            setMenu(undefined);
          }}
        >
          {props.menuOf?.(menu.row)}
        </RowMenu>
      )}
    </>
  );
}
