import { Spinner } from '@fluentui/react-components';
import { Call16Regular, Call20Filled, Chat16Regular, Search20Regular, PersonAdd20Regular } from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Person } from '../../src-shared/model/contact.ts';
import { MousePress } from '../calls/mouse-press.ts';
import { Kbd } from '../ui/kbd.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { presenceLabel } from '../ui/presence.tsx';
import { combos } from '../ui/shortcuts.ts';
import { useContact } from '../ui/use-people.ts';
import type { Command } from './commands.tsx';
import { splitMatch } from './search-state.ts';
import type { SearchGroup, SearchRow, SearchState } from './search-state.ts';

export function rowId(index: number): string {
  return `search-row-${String(index)}`;
}

const groupTitles: Readonly<Record<SearchGroup | Command['group'], MessageDescriptor>> = {
  dial: msg`Call`,
  contacts: msg`Contacts`,
  recent: msg`Recent`,
  directory: msg`Directory`,
  actions: msg`Actions`,
  presence: msg`Presence`,
  goTo: msg`Go to`,
};

interface Numbered {
  readonly row: SearchRow | Command;
  readonly index: number;
}

/** Neighbouring rows of one group together, each with its place in the whole list. */
function grouped(rows: readonly (SearchRow | Command)[]): readonly (readonly Numbered[])[] {
  const groups: Numbered[][] = [];
  rows.forEach((row, index) => {
    const last = groups.at(-1);
    if (last?.[0]?.row.group === row.group) last.push({ row, index });
    else groups.push([{ row, index }]);
  });
  return groups;
}

/** A row that calls what was typed: a mouse calls when it lets go. */
function isDial(row: SearchRow | Command): boolean {
  return 'kind' in row && row.kind === 'dial';
}

export function SearchPanel(props: {
  readonly rows: readonly (SearchRow | Command)[];
  readonly active: number;
  readonly state: SearchState;
  readonly commandMode: boolean;
  readonly onActive: (index: number) => void;
  /** A row is pressed: `onAct` follows when it is let go there. */
  readonly onPress: (row: SearchRow | Command) => void;
  readonly onAct: (row: SearchRow | Command) => void;
  readonly onPerson: (person: Person, intent: 'call' | 'chat') => void;
}) {
  const { t } = useLingui();
  const { rows, state, commandMode } = props;
  const [press] = useState(() => new MousePress());
  return (
    // The cursor stays in the box while the mouse works in the panel.
    <div className="spanel" role="presentation" onMouseDown={keepFocus}>
      <div className="spanel__scroll" id="search-panel" role="listbox" aria-label={t`Results`}>
        {grouped(rows).map((group) => {
          const name = group[0]?.row.group;
          if (name === undefined) return null;
          const title = t(groupTitles[name]);
          return (
            <div key={name} role="group" aria-label={title} className="sg">
              {name !== 'dial' && (
                <div className="sg__head" aria-hidden>
                  <span>{title}</span>
                </div>
              )}
              {group.map(({ row, index }) => (
                <div
                  key={keyOf(row)}
                  id={rowId(index)}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === props.active}
                  className={index === props.active ? 'sr is-active' : 'sr'}
                  onMouseMove={() => {
                    props.onActive(index);
                  }}
                  onPointerDown={(event) => {
                    // A person's row has buttons of its own in it.
                    if (isDial(row)) {
                      press.down(event, () => {
                        props.onAct(row);
                      });
                    }
                    props.onPress(row);
                  }}
                  onClick={(event) => {
                    if (!isDial(row) || press.click(event)) props.onAct(row);
                  }}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter') props.onAct(row);
                  }}
                >
                  <RowContent row={row} query={state.query} />
                  {'kind' in row && row.kind === 'person' && index === props.active && (
                    <PersonActions person={row.person} onPerson={props.onPerson} />
                  )}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      <SearchNote state={state} commandMode={commandMode} empty={rows.length === 0} />
      <div className="spanel__foot" aria-hidden>
        <span>
          <kbd>↑</kbd>
          <kbd>↓</kbd> <Trans>Move</Trans>
        </span>
        <span>
          <kbd>Enter</kbd> <EnterHint row={rows[props.active]} />
        </span>
        {isPerson(rows[props.active]) && (
          <>
            <span>
              <Kbd combo={combos.callPerson} /> <Trans>Call</Trans>
            </span>
            <span>
              <Kbd combo={combos.chatPerson} /> <Trans>Chat</Trans>
            </span>
          </>
        )}
        <span className="spanel__tip">
          {commandMode ? (
            <Trans>Delete &gt; to search people</Trans>
          ) : (
            <Trans>
              Type <kbd>&gt;</kbd> for commands
            </Trans>
          )}
        </span>
      </div>
    </div>
  );
}

function isPerson(row: SearchRow | Command | undefined): boolean {
  return row !== undefined && 'kind' in row && row.kind === 'person';
}

/** What Enter does on the row that is active. */
function EnterHint({ row }: { readonly row: SearchRow | Command | undefined }) {
  if (row === undefined) return <Trans>Open</Trans>;
  if ('run' in row) return <Trans>Run</Trans>;
  switch (row.kind) {
    case 'dial':
      return <Trans>Call</Trans>;
    case 'person':
      return <Trans>Open</Trans>;
    case 'askDirectory':
      return <Trans>Search</Trans>;
    case 'addContact':
      return <Trans>Add</Trans>;
  }
}

function keepFocus(event: React.MouseEvent): void {
  event.preventDefault();
}

/** Names a row among those of one list. */
export function keyOf(row: SearchRow | Command): string {
  if ('run' in row) return row.id;
  return row.kind === 'person' ? row.person.id : row.kind;
}

function RowContent({ row, query }: { readonly row: SearchRow | Command; readonly query: string }) {
  const { t } = useLingui();
  if ('run' in row) {
    return (
      <Row icon={row.icon} title={t(row.title)} end={row.combo === undefined ? undefined : <Kbd combo={row.combo} />} />
    );
  }
  switch (row.kind) {
    case 'dial':
      return (
        <Row
          icon={
            <span className="sr__dial">
              <Call20Filled />
            </span>
          }
          title={
            <Trans>
              Call <b className="tnum">{row.dialable.shown}</b>
            </Trans>
          }
          end={<kbd aria-hidden>Enter</kbd>}
        />
      );
    case 'person':
      return <PersonRow person={row.person} query={query} />;
    case 'askDirectory':
      return <Row icon={<Search20Regular />} title={<Trans>Search the directory for “{query.trim()}”</Trans>} />;
    case 'addContact':
      return <Row icon={<PersonAdd20Regular />} title={<Trans>Add {row.jid} to your contacts</Trans>} />;
  }
}

function Row(props: {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly sub?: ReactNode;
  readonly end?: ReactNode;
}) {
  return (
    <>
      <span className="sr__icon">{props.icon}</span>
      <span className="sr__text">
        <span className="sr__title">{props.title}</span>
        {props.sub !== undefined && props.sub !== '' && <span className="sr__sub">{props.sub}</span>}
      </span>
      {props.end !== undefined && <span className="sr__end">{props.end}</span>}
    </>
  );
}

function PersonRow({ person, query }: { readonly person: Person; readonly query: string }) {
  const { t } = useLingui();
  const contact = useContact(person.jid);
  const [before, match, after] = splitMatch(person.name, query);
  // The number that was typed, where it is one, tells people with several apart.
  const digits = query.replaceAll(/\D/g, '');
  const number =
    person.numbers.find((candidate) => digits !== '' && candidate.shown.replaceAll(/\D/g, '').includes(digits)) ??
    person.numbers[0];
  const status =
    contact === undefined ? undefined : (contact.presence.text ?? t(presenceLabel[contact.presence.state]));
  const parts =
    digits === '' && status !== undefined
      ? [person.title, status]
      : [person.title ?? person.department, person.office, number?.shown];
  return (
    <Row
      icon={
        <PersonAvatar
          name={person.name}
          jid={person.jid}
          personId={person.id}
          photo={person.hasPhoto || contact !== undefined}
          size={32}
        />
      }
      title={
        <>
          {before}
          {match !== '' && <mark>{match}</mark>}
          {after}
        </>
      }
      sub={parts.filter((part) => part !== undefined && part !== '').join(' · ')}
    />
  );
}

/** The mouse's way to what Ctrl+Enter and Shift+Enter do. */
function PersonActions(props: {
  readonly person: Person;
  readonly onPerson: (person: Person, intent: 'call' | 'chat') => void;
}) {
  const { person } = props;
  const act = (intent: 'call' | 'chat') => (event: React.MouseEvent) => {
    event.stopPropagation();
    props.onPerson(person, intent);
  };
  return (
    <span className="sr__quick" aria-hidden>
      {person.jid !== undefined && (
        <span role="presentation" onClick={act('chat')}>
          <Chat16Regular />
        </span>
      )}
      {person.numbers.length > 0 && (
        <span role="presentation" onClick={act('call')}>
          <Call16Regular />
        </span>
      )}
    </span>
  );
}

/** How the search goes, said politely: still asking, nobody found, why the directory did not answer. */
function SearchNote(props: { readonly state: SearchState; readonly commandMode: boolean; readonly empty: boolean }) {
  const { state } = props;
  let note: ReactNode = null;
  if (props.commandMode) {
    if (props.empty) note = <Trans>No command has that name.</Trans>;
  } else if (state.directory === 'searching') {
    note = (
      <>
        <Spinner size="extra-tiny" aria-hidden /> <Trans>Searching the directory</Trans>
      </>
    );
  } else if (state.problem !== undefined) note = state.problem;
  else if (state.directory === 'answered' && state.directoryPeople.length === 0 && state.dialable === undefined) {
    note = <Trans>The directory knows nobody by that name.</Trans>;
  } else if (state.truncated || state.cache?.truncated === true) {
    note = <Trans>There are more matches. Type more letters to narrow them down.</Trans>;
  }
  return (
    <div className="spanel__note" role="status">
      {note}
    </div>
  );
}
