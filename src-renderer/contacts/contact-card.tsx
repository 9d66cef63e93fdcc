import {
  Button,
  Link,
  Menu,
  MenuButton,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tooltip,
} from '@fluentui/react-components';
import {
  ArrowLeft20Regular,
  Building20Regular,
  Call16Regular,
  Call20Regular,
  CallInbound20Regular,
  Chat20Regular,
  Copy16Regular,
  Home20Regular,
  MoreHorizontal20Regular,
  PersonAdd20Regular,
  Phone20Regular,
  PhoneDesktop20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Contact, Person, PhoneNumber, PhoneNumberKind } from '../../src-shared/model/contact.ts';
import { useQuery } from '../bridge/use-query.ts';
import { usePickUp } from '../calls/use-pick-up.ts';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { formatRoute, navigate } from '../shell/route.ts';
import { useAnnounce } from '../ui/live-regions.tsx';
import { LoadingState, QuietState } from '../ui/empty-state.tsx';
import { LineStateLabel, useLineState } from '../ui/line-state.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { Presence, presenceLabel } from '../ui/presence.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { useContact } from '../ui/use-people.ts';
import { ContactMenuItems } from './contact-menu.tsx';
import { numberKindLabels } from './number-kinds.ts';
import { isExtension, numberRows } from './number-rows.ts';
import { RecentWith } from './recent-list.tsx';
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
  const numbers = person?.numbers ?? [];
  const first = numbers[0];
  return (
    <div className="card__actions">
      <CallButton
        numbers={numbers}
        loading={loading}
        onCall={(number) => {
          placeCall(number.e164 ?? number.shown, name);
        }}
      />
      {pickUp !== undefined && (
        <Button icon={<CallInbound20Regular />} onClick={pickUp}>
          <Trans>Pick up</Trans>
        </Button>
      )}
      {jid !== undefined && (
        <Button
          icon={<Chat20Regular />}
          appearance={first === undefined && !loading ? 'primary' : 'secondary'}
          aria-keyshortcuts={ariaCombo(combos.chatPerson, isMac())}
          onClick={() => {
            reach.chat(jid);
          }}
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

/** Calls the first number; with several, the menu has them all. Nothing to call: no button. */
function CallButton(props: {
  readonly numbers: readonly PhoneNumber[];
  readonly loading: boolean;
  readonly onCall: (number: PhoneNumber) => void;
}) {
  const { t } = useLingui();
  const [first, ...others] = props.numbers;
  if (first === undefined) {
    // The button keeps its place while the numbers are on their way.
    return props.loading ? (
      <Button appearance="primary" icon={<Call20Regular />} disabledFocusable>
        <Trans>Call</Trans>
      </Button>
    ) : null;
  }
  const shortcut = { 'aria-keyshortcuts': ariaCombo(combos.callPerson, isMac()) };
  if (others.length === 0) {
    return (
      <Button
        appearance="primary"
        icon={<Call20Regular />}
        {...shortcut}
        onClick={() => {
          props.onCall(first);
        }}
      >
        <Trans>Call</Trans>
      </Button>
    );
  }
  return (
    <div className="split">
      <Button
        appearance="primary"
        icon={<Call20Regular />}
        {...shortcut}
        onClick={() => {
          props.onCall(first);
        }}
      >
        <Trans>Call</Trans>
      </Button>
      <Menu positioning={{ position: 'below', align: 'end' }}>
        <MenuTrigger disableButtonEnhancement>
          <MenuButton appearance="primary" aria-label={t`Choose a number`} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {props.numbers.map((number) => (
              <MenuItem
                key={number.shown}
                icon={kindIcons[number.kind]}
                secondaryContent={isExtension(number) ? t`Extension` : t(numberKindLabels[number.kind])}
                onClick={() => {
                  props.onCall(number);
                }}
              >
                {number.shown}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}

const kindIcons: Readonly<Record<PhoneNumberKind, React.JSX.Element>> = {
  work: <Building20Regular />,
  mobile: <Phone20Regular />,
  home: <Home20Regular />,
  other: <PhoneDesktop20Regular />,
};

function Numbers(props: {
  readonly name: string;
  readonly numbers: readonly PhoneNumber[];
  readonly loading: boolean;
  readonly problem: string | undefined;
}) {
  const { t } = useLingui();
  const placeCall = usePlaceCall();
  const announce = useAnnounce();
  const copy = (number: PhoneNumber) => {
    navigator.clipboard.writeText(number.shown).then(
      () => {
        announce(t`Copied`);
      },
      () => {
        announce(t`The clipboard is not available.`);
      },
    );
  };
  return (
    <div>
      <h3>
        <Trans>Phone numbers</Trans>
      </h3>
      {props.numbers.length === 0 && (
        <p className="dim" role="status">
          {props.loading ? <Trans>Asking the directory…</Trans> : (props.problem ?? <Trans>None known.</Trans>)}
        </p>
      )}
      <ul className="nums">
        {numberRows(props.numbers).map(({ number, extension }) => {
          const label = t(numberKindLabels[number.kind]);
          return (
            <li key={number.shown}>
              <span className="nums__icon">{kindIcons[number.kind]}</span>
              <span className="nums__text">
                <span className="nums__label tnum">
                  {label}
                  {extension !== undefined && (
                    <>
                      {' · '}
                      <Trans>ext. {extension}</Trans>
                    </>
                  )}
                </span>
                <span className="nums__num tnum">{number.shown}</span>
              </span>
              <span className="nums__actions">
                <Tooltip content={t`Copy number`} relationship="description">
                  <Button
                    size="small"
                    appearance="subtle"
                    icon={<Copy16Regular />}
                    aria-label={t`Copy ${label} number`}
                    onClick={() => {
                      copy(number);
                    }}
                  />
                </Tooltip>
                <Tooltip content={t`Call`} relationship="description">
                  <Button
                    size="small"
                    appearance="subtle"
                    icon={<Call16Regular />}
                    aria-label={t`Call ${label} number`}
                    onClick={() => {
                      placeCall(number.e164 ?? number.shown, props.name);
                    }}
                  />
                </Tooltip>
              </span>
            </li>
          );
        })}
      </ul>
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
