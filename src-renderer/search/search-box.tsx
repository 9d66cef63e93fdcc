import { Button } from '@fluentui/react-components';
import { Dismiss16Regular, Search20Regular } from '@fluentui/react-icons';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from 'react';
import type { KeyboardEvent, Ref } from 'react';
import type { Person } from '../../src-shared/model/contact.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { DialPadButton } from '../calls/dial-pad.tsx';
import { useCallActions } from '../calls/use-call-actions.ts';
import { useShowProblem } from '../calls/use-show-problem.ts';
import { focusDetail } from '../shell/focus-detail.ts';
import { navigate } from '../shell/route.ts';
import { useShellCommands } from '../shell/shell-commands.ts';
import { moveInList } from '../ui/list-keys.ts';
import { ariaCombo, combos, isMac, pressed } from '../ui/shortcuts.ts';
import { Kbd } from '../ui/kbd.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { contactsByJid } from '../ui/use-people.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import { commands, matchingCommands } from './commands.tsx';
import type { Command } from './commands.tsx';
import { SearchPanel, keyOf, rowId } from './search-panel.tsx';
import { rowForHeld, searchRows } from './search-state.ts';
import type { HeldEnter, SearchRow } from './search-state.ts';
import { useSearch } from './use-search.ts';

/** What the shell may ask of the box. */
export interface SearchHandle {
  readonly focus: (text?: string) => void;
}

/** How Enter was pressed: alone opens, with Ctrl calls, with Shift chats. */
type Intent = 'act' | 'call' | 'chat';

/** Milliseconds: a call that is placed within them needs no words. */
const slowAfterMs = 400;

/** One box for people, numbers and (after `>`) commands: a combobox with a grouped listbox. */
export function SearchBox(props: {
  readonly handle: Ref<SearchHandle>;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const { t } = useLingui();
  const call = useCall();
  const { prepare, tryToPlace } = useCallActions();
  const shell = useShellCommands();
  const announce = useAnnounce();
  const showProblem = useShowProblem();
  const search = useSearch();
  const roster = useTopic('roster');
  const own = useTopic('ownPresence');
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<Element | null>(null);
  const held = useRef<HeldEnter<Intent>>(undefined);
  const typed = useRef('');
  const [underWay] = useState(() => new CallsUnderWay());
  const [focused, setFocused] = useState(false);
  const [active, setActive] = useState(0);

  const { query } = search.state;
  const commandMode = query.trimStart().startsWith('>');
  const open = focused && query.trim() !== '';
  const known = contactsByJid(roster?.contacts ?? []);
  const rows: readonly (SearchRow | Command)[] = commandMode
    ? matchingCommands(commands, query.trim(), t)
    : searchRows(search.state, (jid) => known.has(jid));
  const current = Math.min(active, Math.max(0, rows.length - 1));

  const type = (text: string) => {
    held.current = undefined;
    typed.current = text;
    setActive(0);
    search.type(text);
    props.onOpenChange(text.trim() !== '');
  };
  const leave = () => {
    type('');
    input.current?.blur();
  };
  /**
   * The list goes once the call is on its way: drawing it away costs the call time, and what cannot be called stands
   * there to be corrected. What is typed while another call is put on hold for it stays.
   */
  const callAndLeave = (target: string, name?: string) => {
    if (!underWay.begin(target)) return;
    const then = typed.current;
    const slow = window.setTimeout(() => {
      announce(t`Calling…`);
    }, slowAfterMs);
    void tryToPlace(target, name).then((placed) => {
      window.clearTimeout(slow);
      if (underWay.end(target, placed, { then, now: typed.current })) leave();
    });
  };

  useImperativeHandle(props.handle, () => ({
    focus: (text) => {
      opener.current = document.activeElement;
      input.current?.focus();
      input.current?.select();
      if (text !== undefined) type(text);
    },
  }));

  const openPerson = (person: Person) => {
    const item = person.jid !== undefined && known.has(person.jid) ? person.jid : `person:${person.id}`;
    navigate({ section: 'contacts', item });
    focusDetail();
  };
  const actOnPerson = (person: Person, intent: Intent) => {
    const number = person.numbers[0];
    if (intent === 'call') {
      if (number === undefined) announce(t`${person.name} has no telephone number.`);
      else callAndLeave(number.e164 ?? number.shown, person.name);
      return;
    }
    if (intent === 'chat') {
      if (person.jid === undefined) {
        announce(t`${person.name} has no chat address.`);
        return;
      }
      navigate({ section: 'chats', item: person.jid });
      focusDetail();
    } else openPerson(person);
    leave();
  };

  const act = (row: SearchRow | Command, intent: Intent) => {
    if ('run' in row) {
      leave();
      row.run({
        openShortcuts: shell.openShortcuts,
        setPresence: (state) => {
          call('presence.set', { state, text: own?.text ?? '' }).catch(showProblem);
        },
      });
      return;
    }
    switch (row.kind) {
      case 'dial':
        callAndLeave(row.dialable.dial);
        return;
      case 'person':
        actOnPerson(row.person, intent);
        return;
      case 'askDirectory':
        search.askDirectory();
        return;
      case 'addContact':
        navigate({ section: 'contacts', item: `add:${row.jid}` });
        leave();
    }
  };

  const actOnHeld = useEffectEvent(() => {
    const row = rowForHeld(held.current, search.state, rows, keyOf);
    if (held.current === undefined || row === undefined) return;
    const { intent } = held.current;
    held.current = undefined;
    act(row, intent);
  });
  useEffect(() => {
    actOnHeld();
  }, [search.state]);

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    const next = event.key === 'Home' || event.key === 'End' ? undefined : moveInList(event.key, current, rows.length);
    if (open && next !== undefined) {
      event.preventDefault();
      setActive(next);
      document.getElementById(rowId(next))?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Escape' && (open || query !== '')) {
      event.preventDefault();
      event.stopPropagation();
      leave();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const mac = isMac();
      const press = event.nativeEvent;
      const intent: Intent = pressed(press, combos.callPerson, mac)
        ? 'call'
        : pressed(press, combos.chatPerson, mac)
          ? 'chat'
          : 'act';
      if (!commandMode && search.state.awaited.length > 0) {
        // What stands there may have been found for the text before.
        held.current = {
          ticket: search.state.ticket,
          intent,
          key: active === 0 || row === undefined ? undefined : keyOf(row),
        };
      } else if (row !== undefined) act(row, intent);
    }
  };

  return (
    <div className={open ? 'search is-open' : 'search'} role="search">
      <div className="search__box">
        <Search20Regular className="search__icon" />
        <input
          ref={input}
          role="combobox"
          aria-expanded={open}
          aria-controls="search-panel"
          aria-autocomplete="list"
          aria-activedescendant={open && rows.length > 0 ? rowId(current) : undefined}
          aria-label={t`Search people or dial a number`}
          aria-keyshortcuts={ariaCombo(combos.search, isMac())}
          placeholder={t`Search people or dial a number`}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            type(event.target.value);
          }}
          onKeyDown={onKeyDown}
          onFocus={() => {
            setFocused(true);
            props.onOpenChange(query.trim() !== '');
          }}
          onBlur={() => {
            setFocused(false);
            props.onOpenChange(false);
          }}
        />
        {query === '' ? (
          <Kbd combo={combos.search} />
        ) : (
          <Button
            size="small"
            appearance="transparent"
            icon={<Dismiss16Regular />}
            aria-label={t`Clear`}
            onMouseDown={(event) => {
              event.preventDefault();
            }}
            onClick={() => {
              type('');
              input.current?.focus();
            }}
          />
        )}
        <span className="search__line" aria-hidden />
        <DialPadButton inSearch />
      </div>
      {open && (
        <SearchPanel
          rows={rows}
          active={current}
          state={search.state}
          commandMode={commandMode}
          onActive={setActive}
          onPress={(row) => {
            if ('kind' in row && row.kind === 'dial') prepare(row.dialable.dial);
          }}
          onAct={(row) => {
            act(row, 'act');
          }}
          onPerson={actOnPerson}
        />
      )}
    </div>
  );
}
