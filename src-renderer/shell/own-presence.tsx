import { Divider, Input, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import { CallProhibited16Regular, CheckmarkRegular, ChevronDown12Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { OwnPresence } from '../../src-shared/contract/people.ts';
import { limits } from '../../src-shared/limits.ts';
import type { OwnPresenceState } from '../../src-shared/model/presence.ts';
import type { Session } from '../../src-shared/model/session.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useDraft } from '../settings/use-draft.ts';
import { useSetting } from '../settings/use-setting.ts';
import { moveInList } from '../ui/list-keys.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { Presence, presenceLabel } from '../ui/presence.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { useAction } from '../ui/use-action.ts';
import { formatRoute } from './route.ts';

const choices: readonly OwnPresenceState[] = ['available', 'busy', 'dnd', 'away', 'offline'];

/** Own presence: one click away from everywhere, opened with Ctrl+Shift+P. */
export function OwnPresenceMenu(props: {
  readonly session: Session;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const { t } = useLingui();
  const { session, open, onOpenChange } = props;
  const own = useTopic('ownPresence');
  const name = session.displayName ?? session.address ?? '';
  const shown = own?.shown ?? 'unknown';
  const word = t(presenceLabel[shown]);
  const text = own?.text ?? '';
  return (
    <Popover
      open={open}
      onOpenChange={(_event, data) => {
        onOpenChange(data.open);
      }}
      positioning={{ position: 'below', align: 'start', offset: 4 }}
      trapFocus
    >
      <PopoverTrigger disableButtonEnhancement>
        <button
          type="button"
          className="me"
          aria-haspopup="dialog"
          aria-keyshortcuts={ariaCombo(combos.ownPresence, isMac())}
        >
          <PersonAvatar name={name} jid={session.address} presence={shown} size={32} />
          <span className="me__text">
            <b className="clip">{name}</b>
            <span className="clip">{shown === 'onphone' && text !== '' ? t`${word} · ${text}` : text || word}</span>
          </span>
          <ChevronDown12Regular className="me__chev" />
        </button>
      </PopoverTrigger>
      <PopoverSurface className="memenu" aria-label={t`Your presence`}>
        <div className="memenu__head">
          <PersonAvatar name={name} jid={session.address} presence={shown} size={48} />
          <div className="memenu__id">
            <div className="t-strong clip">{name}</div>
            <div className="t-cap clip">{session.address}</div>
          </div>
        </div>
        {own !== undefined && <PresenceForm own={own} />}
        <Divider className="memenu__div" />
        <div className="memenu__list">
          <a
            className="menurow menurow--plain"
            href={formatRoute({ section: 'settings', item: 'account' })}
            onClick={() => {
              onOpenChange(false);
            }}
          >
            <Trans>Account and sign out</Trans>
          </a>
        </div>
      </PopoverSurface>
    </Popover>
  );
}

function PresenceForm({ own }: { readonly own: OwnPresence }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const quietId = useId();
  const [focused, setFocused] = useState(Math.max(0, choices.indexOf(own.chosen)));

  const refusing = useSetting('calls.doNotDisturb');
  const isRefusing = refusing.state?.value === true;
  const isLocked = refusing.state?.locked === true;
  // Without a phone there is nothing to refuse.
  const hasCalls = (useTopic('calls')?.line.state ?? 'off') !== 'off' && refusing.state !== undefined;
  const rows = choices.length + (hasCalls ? 1 : 0);

  const set = (state: OwnPresenceState, nextText: string) => {
    if (state === own.chosen && nextText === own.text) return;
    void action.run(() => call('presence.set', { state, text: nextText }));
  };
  const {
    value: text,
    write,
    flush,
  } = useDraft(own.text, (words) => {
    set(own.chosen, words.trim());
  });
  const onMenuKey = (event: KeyboardEvent<HTMLElement>) => {
    const next = moveInList(event.key, focused, rows);
    if (next === undefined) return;
    event.preventDefault();
    setFocused(next);
    event.currentTarget.querySelectorAll<HTMLElement>('[role^=menuitem]')[next]?.focus();
  };

  return (
    <>
      <Input
        className="memenu__input"
        value={text}
        maxLength={limits.customPresenceCharacters}
        aria-label={t`Status message`}
        placeholder={t`Status message`}
        onChange={(_event, data) => {
          write(data.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') flush();
        }}
        onBlur={flush}
      />
      <div className="memenu__hint" role="status">
        {action.error ?? <Trans>Shown to people who may see your presence.</Trans>}
      </div>
      <Divider className="memenu__div" />
      <div role="menu" tabIndex={-1} aria-label={t`Presence`} className="memenu__list" onKeyDown={onMenuKey}>
        {choices.map((state, index) => (
          <button
            key={state}
            type="button"
            role="menuitemradio"
            aria-checked={state === own.chosen}
            tabIndex={index === focused ? 0 : -1}
            className="menurow"
            onClick={() => {
              setFocused(index);
              set(state, text.trim());
            }}
          >
            <Presence state={state} size={16} decorative />
            <span>{state === 'offline' ? t`Appear offline` : t(presenceLabel[state])}</span>
            {state === own.chosen && <CheckmarkRegular className="menurow__check" />}
          </button>
        ))}
        {hasCalls && (
          <button
            type="button"
            role="menuitemcheckbox"
            aria-checked={isRefusing}
            aria-disabled={isLocked}
            aria-describedby={quietId}
            tabIndex={focused === choices.length ? 0 : -1}
            className="menurow"
            onClick={() => {
              setFocused(choices.length);
              if (!isLocked) refusing.set(!isRefusing);
            }}
          >
            <CallProhibited16Regular aria-hidden />
            <span>
              <Trans>Refuse calls</Trans>
            </span>
            {isRefusing && <CheckmarkRegular className="menurow__check" />}
          </button>
        )}
      </div>
      <div className="memenu__hint" id={quietId} role="status">
        {refusing.error ??
          (isLocked ? (
            <Trans>Whether calls are refused is set by your organization.</Trans>
          ) : isRefusing ? (
            <Trans>Callers hear that you are busy.</Trans>
          ) : own.chosen === 'dnd' ? (
            <Trans>Nothing rings or pops up. Calls still show here, and callers hear it ring.</Trans>
          ) : null)}
      </div>
    </>
  );
}
