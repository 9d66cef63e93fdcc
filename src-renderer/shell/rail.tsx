import { CounterBadge } from '@fluentui/react-components';
import {
  Call24Filled,
  Call24Regular,
  Chat24Filled,
  Chat24Regular,
  People24Filled,
  People24Regular,
  Settings24Filled,
  Settings24Regular,
  Voicemail24Filled,
  Voicemail24Regular,
} from '@fluentui/react-icons';
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useTopic } from '../bridge/client-context.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { useWaitingMessages } from '../voicemail/use-waiting-messages.ts';
import { formatRoute, rememberedRoute } from './route.ts';
import type { Section } from './route.ts';

const icons = {
  contacts: { on: People24Filled, off: People24Regular },
  chats: { on: Chat24Filled, off: Chat24Regular },
  calls: { on: Call24Filled, off: Call24Regular },
  voicemail: { on: Voicemail24Filled, off: Voicemail24Regular },
  settings: { on: Settings24Filled, off: Settings24Regular },
} as const;

/** The sections, with what is unread in each. */
export function Rail({ active }: { readonly active: Section }) {
  const { t } = useLingui();
  const unread = useTopic('conversations')?.unread ?? 0;
  const requests = useTopic('roster')?.requests.length ?? 0;
  const missed = useTopic('history')?.missedUnseen ?? 0;
  const box = useTopic('voicemail');
  const waiting = useWaitingMessages();
  // The box itself knows better than what the phone server says of it.
  const newVoicemail = waiting ?? box?.unread ?? 0;
  return (
    <nav className="rail" aria-label={t`Main`} data-region="rail">
      <RailItem
        section="contacts"
        active={active}
        label={t`Contacts`}
        count={requests}
        said={t`${plural(requests, { one: '# request to see your presence', other: '# requests to see your presence' })}`}
      />
      <RailItem
        section="chats"
        active={active}
        label={t`Chats`}
        count={unread}
        said={t`${plural(unread, { one: '# unread message', other: '# unread messages' })}`}
      />
      <RailItem
        section="calls"
        active={active}
        label={t`Calls`}
        count={missed}
        said={t`${plural(missed, { one: '# missed call', other: '# missed calls' })}`}
        urgent
      />
      <RailItem
        section="voicemail"
        active={active}
        label={t`Voicemail`}
        count={newVoicemail}
        said={
          waiting === undefined
            ? t`${plural(newVoicemail, { one: '# new message', other: '# new messages' })}`
            : t`${plural(waiting, { one: '# new on the phone server', other: '# new on the phone server' })}`
        }
      />
      <RailItem section="settings" active={active} label={t`Settings`} />
    </nav>
  );
}

function RailItem(props: {
  readonly section: Section;
  readonly active: Section;
  readonly label: string;
  readonly count?: number;
  /** The count in words, for a screen reader; read after the label. */
  readonly said?: string;
  readonly urgent?: boolean;
}) {
  const { section, label, count = 0 } = props;
  const selected = section === props.active;
  const Icon = selected ? icons[section].on : icons[section].off;
  const classes = ['rail__item'];
  if (selected) classes.push('is-selected');
  if (section === 'settings') classes.push('rail__item--end');
  return (
    <a
      href={formatRoute(selected ? { section } : rememberedRoute(section))}
      className={classes.join(' ')}
      aria-current={selected ? 'page' : undefined}
      aria-keyshortcuts={ariaCombo(combos[section], isMac())}
      {...(selected ? { 'data-region-start': true } : {})}
    >
      <span className="rail__icon">
        <Icon />
        {count > 0 && (
          <CounterBadge
            className="rail__badge"
            size="small"
            color={props.urgent === true ? 'danger' : 'brand'}
            count={count}
            aria-hidden
          />
        )}
      </span>
      <span className="rail__label">{label}</span>
      {count > 0 && <span className="sr-only">{props.said}</span>}
    </a>
  );
}
