import { Button, Link, Menu, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import {
  ArrowLeft20Regular,
  CallInbound20Regular,
  Chat20Regular,
  Eye20Regular,
  MoreHorizontal20Regular,
  PersonAdd20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { mayAskPresence } from '../../src-shared/model/contact.ts';
import type { Contact, Person } from '../../src-shared/model/contact.ts';
import { useQuery } from '../bridge/use-query.ts';
import { usePickUp } from '../calls/use-pick-up.ts';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { formatRoute, navigate } from '../shell/route.ts';
import { LoadingState, QuietState } from '../ui/empty-state.tsx';
import { LineStateLabel, useLineState } from '../ui/line-state.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { Presence, presenceLabel } from '../ui/presence.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { useContact } from '../ui/use-people.ts';
import { ContactMenuItems } from './contact-menu.tsx';
import { CallButton, Numbers } from './contact-numbers.tsx';
import { RecentWith } from './recent-list.tsx';
import { useAskPresence } from './use-ask-presence.ts';
import { useCardKeys } from './use-card-keys.ts';
import { useReach } from './use-reach.ts';

/** Everything known about one person: from the roster, the cache, and the directory once it answers. */
export function ContactCard({ who }: { readonly who: { readonly jid: string } | { readonly id: string } }) {
  const card = useQuery('people.card', who);
  const person = card.value?.person ?? undefined;
  const jid = 'jid' in who ? who.jid : person?.jid;
  const contact = useContact(jid);
  const name = contact?.name ?? person?.name ?? jid;

  if (name === undefined) {
    return (
      <Pane>
        {card.loading ? (
          <LoadingState />
        ) : (
          <QuietState>{card.error?.message ?? <Trans>This person is no longer in the directory.</Trans>}</QuietState>
        )}
      </Pane>
    );
  }
  return (
    <Pane name={name}>
      <div className="card">
        <Hero name={name} jid={jid} person={person} contact={contact} />
        <Actions name={name} jid={jid} person={person} contact={contact} loading={card.loading} />
        <div className="card__cols">
          <Numbers name={name} numbers={person?.numbers ?? []} loading={card.loading} problem={card.error?.message} />
          <Details person={person} jid={jid} groups={contact?.groups ?? []} />
        </div>
        <RecentWith name={name} jid={jid} numbers={person?.numbers ?? []} />
      </div>
    </Pane>
  );
}

function Pane(props: { readonly name?: string; readonly children: ReactNode }) {
  const { t } = useLingui();
  const { name } = props;
  return (
    <section
      className="detail"
      aria-label={name === undefined ? t`Contact card` : t`Contact card for ${name}`}
      data-region="detail"
      tabIndex={-1}
    >
      <div className="detail__back">
        <Button
          appearance="subtle"
          icon={<ArrowLeft20Regular />}
          onClick={() => {
            navigate({ section: 'contacts' });
          }}
        >
          <Trans>Contacts</Trans>
        </Button>
      </div>
      {props.children}
    </section>
  );
}

interface Known {
  readonly name: string;
  readonly jid: string | undefined;
  readonly person: Person | undefined;
  readonly contact: Contact | undefined;
}

function Hero({ name, jid, person, contact }: Known) {
  const { t } = useLingui();
  const line = useLineState(jid);
  const role = [person?.title, person?.company].filter((part) => part !== undefined).join(' · ');
  return (
    <div className="card__hero">
      <PersonAvatar
        name={name}
        jid={jid}
        personId={person?.id}
        photo={contact !== undefined || person?.hasPhoto === true}
        size={96}
      />
      <div className="card__id">
        <h2 title={name}>
          <span className="clip">{name}</span>
        </h2>
        {role !== '' && <div className="card__role">{role}</div>}
        {contact !== undefined && (
          <div className="card__presence">
            <Presence state={contact.presence.state} size={12} decorative />
            <span>
              {contact.pendingOut ? <Trans>Waiting for approval</Trans> : t(presenceLabel[contact.presence.state])}
            </span>
            {contact.presence.text !== undefined && <span className="dim">{contact.presence.text}</span>}
          </div>
        )}
        {line !== undefined && (
          <div className="card__presence">
            <LineStateLabel state={line} />
          </div>
        )}
      </div>
    </div>
  );
}

function Actions({ name, jid, person, contact, loading }: Known & { readonly loading: boolean }) {
  const { t } = useLingui();
  const placeCall = usePlaceCall();
  const reach = useReach();
  const pickUp = usePickUp(jid);
  const askPresence = useAskPresence();
  const numbers = person?.numbers ?? [];
  const first = numbers[0];
  const call =
    first === undefined
      ? undefined
      : () => {
          placeCall(first.e164 ?? first.shown, name);
        };
  const chat =
    jid === undefined
      ? undefined
      : () => {
          reach.chat(jid);
        };
  useCardKeys({ call, chat });
  return (
    <div className="card__actions">
      <CallButton numbers={numbers} loading={loading} name={name} />
      {pickUp !== undefined && (
        <Button icon={<CallInbound20Regular />} onClick={pickUp}>
          <Trans>Pick up</Trans>
        </Button>
      )}
      {chat !== undefined && (
        <Button
          icon={<Chat20Regular />}
          appearance={first === undefined && !loading ? 'primary' : 'secondary'}
          aria-keyshortcuts={ariaCombo(combos.chatPerson, isMac())}
          onClick={chat}
        >
          <Trans>Chat</Trans>
        </Button>
      )}
      {contact === undefined && jid !== undefined && (
        <Button
          icon={<PersonAdd20Regular />}
          onClick={() => {
            navigate({ section: 'contacts', item: `add:${jid}` });
          }}
        >
          <Trans>Add to contacts</Trans>
        </Button>
      )}
      {contact !== undefined && mayAskPresence(contact) && (
        <Button
          icon={<Eye20Regular />}
          onClick={() => {
            askPresence(contact.jid);
          }}
        >
          <Trans>Ask to see their presence</Trans>
        </Button>
      )}
      {contact !== undefined && (
        <Menu positioning={{ position: 'below', align: 'end' }}>
          <MenuTrigger disableButtonEnhancement>
            <Button appearance="subtle" icon={<MoreHorizontal20Regular />} aria-label={t`More actions`} />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <ContactMenuItems contact={contact} />
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </div>
  );
}

function Details(props: {
  readonly person: Person | undefined;
  readonly jid: string | undefined;
  readonly groups: readonly string[];
}) {
  const { t } = useLingui();
  const { person } = props;
  const rows: readonly (readonly [string, ReactNode])[] = [
    [t`Company`, person?.company],
    [t`Department`, person?.department],
    [t`Office`, person?.office],
    [t`Email`, person?.mail === undefined ? undefined : <Link href={`mailto:${person.mail}`}>{person.mail}</Link>],
    [
      t`Chat`,
      props.jid === undefined ? undefined : (
        <Link href={formatRoute({ section: 'chats', item: props.jid })}>{props.jid}</Link>
      ),
    ],
    [t`Groups`, props.groups.length === 0 ? undefined : props.groups.join(', ')],
  ];
  return (
    <div>
      <h3>
        <Trans>Details</Trans>
      </h3>
      <dl className="dets">
        {rows
          .filter(([, value]) => value !== undefined)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}
