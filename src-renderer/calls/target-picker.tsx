import { Input } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { isLive } from '../../src-shared/model/calls-at-hand.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { numberKindLabels } from '../contacts/number-kinds.ts';
import { isBehind, rowForHeld } from '../search/search-state.ts';
import type { HeldEnter } from '../search/search-state.ts';
import { useSearch } from '../search/use-search.ts';
import { useCallerName } from '../ui/caller.ts';
import { fold, moveInList } from '../ui/list-keys.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { callTargets, chosenIndex } from './call-targets.ts';
import type { CallTarget } from './call-targets.ts';

export interface PickedTarget {
  readonly targets: readonly CallTarget[];
  readonly chosen: CallTarget | undefined;
  /** Acts on the chosen one; on what was found for an earlier text only once that is known to be meant still. */
  readonly withChosen: (act: (target: CallTarget) => void) => void;
  readonly query: string;
  readonly type: (text: string) => void;
  readonly choose: (target: CallTarget | undefined) => void;
  readonly index: number;
}

/** Finds whom a call may go to: other calls, people, numbers. `call`: the one that goes there, never offered itself. */
export function useTargets(call: Call, withOtherCalls: boolean): PickedTarget {
  const search = useSearch();
  const calls = useTopic('calls')?.calls ?? [];
  const recent = useTopic('history')?.calls ?? [];
  const [wanted, setWanted] = useState<string>();
  const held = useRef<HeldEnter<(target: CallTarget) => void>>(undefined);
  const { state } = search;
  const query = state.query.trim();
  const folded = fold(query);
  const targets = callTargets({
    query,
    others: withOtherCalls
      ? calls.filter((one) => one.id !== call.id && isLive(one) && (one.state === 'held' || one.state === 'connected'))
      : [],
    people: [...(state.cache?.people ?? []), ...state.directoryPeople],
    dialable: state.dialable,
    recent,
    except: [call.party.number, ...(call.party.e164 === undefined ? [] : [call.party.e164])],
    matches: (text) => fold(text).includes(folded),
  });
  const index = chosenIndex(targets, wanted);
  const chosen = targets[index];
  const choose = (target: CallTarget | undefined) => {
    setWanted(target?.key);
  };

  const actOnHeld = useEffectEvent(() => {
    if (held.current === undefined || isBehind(state)) return;
    const act = held.current.intent;
    const target = rowForHeld(held.current, state, targets, (one) => one.key);
    held.current = undefined;
    if (target !== undefined) act(target);
  });
  useEffect(() => {
    actOnHeld();
  }, [state]);

  return {
    targets,
    chosen,
    withChosen: (act) => {
      if (isBehind(state)) held.current = { ticket: state.ticket, intent: act, key: wanted };
      else if (chosen !== undefined) act(chosen);
    },
    query: state.query,
    type: (text) => {
      held.current = undefined;
      choose(undefined);
      search.type(text);
    },
    choose,
    index,
  };
}

/** The field and the list below it; Enter does what `onEnter` says with the one that is chosen for the whole text. */
export function TargetPicker(props: {
  readonly picked: PickedTarget;
  readonly onEnter: (target: CallTarget) => void;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const callerName = useCallerName();
  const nameOf = ({ name, number }: CallTarget) => callerName(name === undefined ? { number } : { name, number });
  const { picked } = props;
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const shown = `${list}-${String(picked.index)}`;
  useEffect(() => {
    document.getElementById(shown)?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      props.onClose();
      return;
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      picked.withChosen(props.onEnter);
      return;
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const next = moveInList(event.key, picked.index, picked.targets.length);
    if (next === undefined) return;
    event.preventDefault();
    picked.choose(picked.targets[next]);
  };
  return (
    <>
      <Input
        input={{ ref: field }}
        placeholder={t`Name or number`}
        aria-label={t`Name or number`}
        role="combobox"
        aria-expanded={picked.targets.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        {...(picked.chosen === undefined ? {} : { 'aria-activedescendant': shown })}
        value={picked.query}
        spellCheck={false}
        onChange={(_event, data) => {
          picked.type(data.value);
        }}
        onKeyDown={onKeyDown}
      />
      {/* No stop of its own for Tab, though it scrolls: the arrow keys of the field move in it. */}
      <div role="listbox" id={list} tabIndex={-1} aria-label={t`Suggestions`} className="xfer__list">
        {picked.targets.map((target, index) => (
          <div
            key={target.key}
            id={`${list}-${String(index)}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === picked.index}
            className={index === picked.index ? 'prow is-on' : 'prow'}
            onClick={() => {
              picked.choose(target);
              field.current?.focus();
            }}
            onKeyDown={onKeyDown}
          >
            <PersonAvatar name={nameOf(target)} jid={target.jid} personId={target.personId} size={32} />
            <div>
              <div className="clip" title={nameOf(target)}>
                {nameOf(target)}
              </div>
              <div className="t-cap clip tnum">
                {target.call !== undefined ? (
                  target.call.state === 'held' ? (
                    <Trans>On hold with you</Trans>
                  ) : (
                    <Trans>In a call with you</Trans>
                  )
                ) : target.name === undefined ? (
                  picked.query.trim() === '' ? (
                    <Trans>Recent</Trans>
                  ) : (
                    <Trans>Number as typed</Trans>
                  )
                ) : target.kind !== undefined ? (
                  `${t(numberKindLabels[target.kind])} · ${target.number}`
                ) : (
                  target.number
                )}
              </div>
            </div>
          </div>
        ))}
      </div>
    </>
  );
}
