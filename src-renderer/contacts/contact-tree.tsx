import { Button, Tooltip } from '@fluentui/react-components';
import { Call16Regular, Chat16Regular, ChevronDown12Regular, ChevronRight12Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CSSProperties, KeyboardEvent, MouseEvent } from 'react';
import type { Contact } from '../../src-shared/model/contact.ts';
import { navigate } from '../shell/route.ts';
import { focusDetail } from '../shell/focus-detail.ts';
import { moveInList, typeAhead } from '../ui/list-keys.ts';
import { LineStateLabel, useLineState } from '../ui/line-state.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { presenceLabel } from '../ui/presence.tsx';
import { RowMenu } from '../ui/row-menu.tsx';
import type { RowMenuPlace } from '../ui/row-menu.tsx';
import { combos, isMac, pressed } from '../ui/shortcuts.ts';
import { useTypeAhead } from '../ui/use-type-ahead.ts';
import { contactRows, treeStep } from './contact-rows.ts';
import type { ContactRow } from './contact-rows.ts';
import { ContactMenuItems } from './contact-menu.tsx';
import { useReach } from './use-reach.ts';

/** Pixels. */
const groupHeight = 32;
const contactHeight = 52;

/** The roster as a tree with one tab stop; only the rows in sight are in the page. */
export function ContactTree(props: { readonly contacts: readonly Contact[]; readonly selected: string | undefined }) {
  const { t } = useLingui();
  const reach = useReach();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [focusKey, setFocusKey] = useState<string>();
  const [menu, setMenu] = useState<{ readonly contact: Contact; readonly place: RowMenuPlace }>();
  const scroll = useRef<HTMLDivElement>(null);
  const typed = useTypeAhead();
  const rows = useMemo(() => contactRows(props.contacts, folded), [props.contacts, folded]);
  const selectedIndex = rows.findIndex((row) => row.kind === 'contact' && row.contact.jid === props.selected);
  const focusIndex = rows.findIndex((row) => row.key === focusKey);
  const current = focusIndex >= 0 ? focusIndex : Math.max(0, selectedIndex);

  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer changes as it scrolls; nothing here is memoized over it
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (rows[index]?.kind === 'group' ? groupHeight : contactHeight),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
    // The row with the focus stays in the page wherever one scrolls: a row that goes takes the focus with it.
    rangeExtractor: (range) => {
      const visible = defaultRangeExtractor(range);
      if (visible.includes(current) || current >= rows.length) return visible;
      return [...visible, current].sort((left, right) => left - right);
    },
  });

  const takesFocus = useRef(false);
  useLayoutEffect(() => {
    if (!takesFocus.current) return;
    const row = scroll.current?.querySelector<HTMLElement>(`[data-index="${String(current)}"]`);
    if (row === null || row === undefined) return;
    takesFocus.current = false;
    row.focus({ preventScroll: true });
  });

  const focusRow = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setFocusKey(row.key);
    // The current row may not be drawn anew: a wish left over would take the focus from wherever it goes next.
    if (index === current) scroll.current?.querySelector<HTMLElement>(`[data-index="${String(index)}"]`)?.focus();
    else takesFocus.current = true;
    virtual.scrollToIndex(index, { align: 'auto' });
  };
  const toggle = (group: string, fold: boolean) => {
    setFolded((before) => {
      const after = new Set(before);
      if (fold) after.add(group);
      else after.delete(group);
      return after;
    });
  };
  const open = (row: ContactRow) => {
    setFocusKey(row.key);
    if (row.kind === 'group') toggle(row.name, !row.folded);
    else navigate({ section: 'contacts', item: row.contact.jid });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = rows[current];
    if (row === undefined) return;
    const mac = isMac();
    const person = row.kind === 'contact' ? row.contact : undefined;
    const step = treeStep(event.key, rows, current);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (person !== undefined && pressed(event, combos.callPerson, mac)) reach.call(person.jid, person.name);
    else if (person !== undefined && pressed(event, combos.chatPerson, mac)) reach.chat(person.jid);
    else if (person !== undefined && (pressed(event, combos.rowMenu, mac) || event.key === 'ContextMenu')) {
      setMenu({ contact: person, place: { element: document.activeElement } });
    } else if (event.key === 'Enter' || event.key === ' ') {
      open(row);
      if (person !== undefined && event.key === 'Enter') focusDetail();
    } else if (step?.type === 'move') focusRow(step.index);
    else if (step !== undefined) toggle(step.group, step.type === 'fold');
    else {
      const next =
        moveInList(event.key, current, rows.length) ??
        (plain && event.key.length === 1
          ? typeAhead(
              rows.map((other) => (other.kind === 'group' ? other.name : other.contact.name)),
              typed(event.key),
              current,
            )
          : undefined);
      if (next === undefined) return;
      focusRow(next);
    }
    event.preventDefault();
  };

  return (
    <div className="list__scroll" ref={scroll}>
      <div role="tree" aria-label={t`Contact groups`} className="vlist" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const style: CSSProperties = { transform: `translateY(${String(item.start)}px)` };
          const shared = { index: item.index, style, tabIndex: item.index === current ? 0 : -1, onKeyDown };
          return row.kind === 'group' ? (
            <GroupRow
              key={row.key}
              row={row}
              {...shared}
              onOpen={() => {
                open(row);
              }}
            />
          ) : (
            <PersonRow
              key={row.key}
              row={row}
              {...shared}
              selected={row.contact.jid === props.selected}
              onOpen={() => {
                open(row);
              }}
              onMenu={(place) => {
                setMenu({ contact: row.contact, place });
              }}
            />
          );
        })}
      </div>
      {menu !== undefined && (
        <RowMenu
          place={menu.place}
          onClose={() => {
            setMenu(undefined);
          }}
        >
          <ContactMenuItems contact={menu.contact} />
        </RowMenu>
      )}
    </div>
  );
}

interface RowProps {
  readonly index: number;
  readonly style: CSSProperties;
  readonly tabIndex: number;
  readonly onOpen: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

function GroupRow(props: RowProps & { readonly row: ContactRow & { readonly kind: 'group' } }) {
  const { t } = useLingui();
  const { row } = props;
  const { online, total } = row;
  return (
    <div
      role="treeitem"
      aria-level={1}
      aria-expanded={!row.folded}
      aria-selected={false}
      data-index={props.index}
      tabIndex={props.tabIndex}
      style={props.style}
      className="ghead vlist__row"
      onClick={props.onOpen}
      onKeyDown={props.onKeyDown}
    >
      {row.folded ? <ChevronRight12Regular /> : <ChevronDown12Regular />}
      <span className="clip">{row.name === '' ? <Trans>Other contacts</Trans> : row.name}</span>
      <span className="ghead__count" title={t`${online} of ${total} online`}>
        {online}/{total}
      </span>
    </div>
  );
}

function PersonRow(
  props: RowProps & {
    readonly row: ContactRow & { readonly kind: 'contact' };
    readonly selected: boolean;
    readonly onMenu: (place: RowMenuPlace) => void;
  },
) {
  const { t } = useLingui();
  const reach = useReach();
  const { row, selected } = props;
  const { contact } = row;
  const act = (task: () => void) => (event: MouseEvent) => {
    event.stopPropagation();
    task();
  };
  return (
    <div
      role="treeitem"
      aria-level={2}
      aria-posinset={row.position}
      aria-setsize={row.setSize}
      aria-selected={selected}
      data-index={props.index}
      data-jid={contact.jid}
      tabIndex={props.tabIndex}
      style={props.style}
      className={selected ? 'crow vlist__row is-selected' : 'crow vlist__row'}
      onClick={props.onOpen}
      onKeyDown={props.onKeyDown}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <PersonAvatar name={contact.name} jid={contact.jid} presence={contact.presence.state} size={36} />
      <span className="crow__text">
        <span className="crow__name" title={contact.name}>
          {contact.name}
        </span>
        <span className="crow__status">
          <LineNow jid={contact.jid} />
          {contact.pendingOut ? <Trans>Waiting for approval</Trans> : <StatusText contact={contact} />}
        </span>
      </span>
      <span className="crow__actions">
        <Tooltip content={t`Chat`} relationship="label">
          <Button
            tabIndex={-1}
            size="small"
            appearance="subtle"
            icon={<Chat16Regular />}
            onClick={act(() => {
              reach.chat(contact.jid);
            })}
          />
        </Tooltip>
        <Tooltip content={t`Call`} relationship="label">
          <Button
            tabIndex={-1}
            size="small"
            appearance="subtle"
            icon={<Call16Regular />}
            onClick={act(() => {
              reach.call(contact.jid, contact.name);
            })}
          />
        </Tooltip>
      </span>
    </div>
  );
}

/** The phone, while something goes on there; an idle or unknown one says nothing in a row. */
function LineNow({ jid }: { readonly jid: string }) {
  const state = useLineState(jid);
  if (state === undefined || state === 'idle' || state === 'unknown') return null;
  return (
    <>
      <LineStateLabel state={state} />
      {' · '}
    </>
  );
}

/** The person's own words, else the word for the state. */
function StatusText({ contact }: { readonly contact: Contact }) {
  const { t } = useLingui();
  const { state, text } = contact.presence;
  return <>{text === undefined || text === '' ? t(presenceLabel[state]) : text}</>;
}
