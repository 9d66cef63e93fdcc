import { Button, Menu, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import {
  ArrowLeft20Regular,
  Call20Regular,
  CallCheckmark20Regular,
  Chat20Regular,
  ContactCard20Regular,
  MoreHorizontal20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { useReach } from '../contacts/use-reach.ts';
import { QualityFigures } from '../calls/call-quality.tsx';
import { verdictWords } from '../calls/quality-words.ts';
import { useCallActions } from '../calls/use-call-actions.ts';
import { usePressToCall } from '../calls/use-place-call.ts';
import { navigate } from '../shell/route.ts';
import { useCallerName } from '../ui/caller.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { Presence, presenceLabel } from '../ui/presence.tsx';
import { useContact } from '../ui/use-people.ts';
import { useTimeWords } from '../ui/use-time-words.ts';
import { CallKindIcon } from './call-kind-icon.tsx';
import { CallMenuItems } from './call-menu.tsx';
import { DeleteCallsDialog } from './delete-calls-dialog.tsx';
import { callOutcome, callWords, numberOf } from './call-words.ts';

/** One call of the history, and the others with the same number. */
export function CallDetail({ call }: { readonly call: CallRecord }) {
  const { t } = useLingui();
  const pressToCall = usePressToCall();
  const reach = useReach();
  const contact = useContact(call.jid);
  const words = useTimeWords();
  const calls = useTopic('history')?.calls ?? [];
  const [deleting, setDeleting] = useState(false);
  const callerName = useCallerName();
  const name = callerName(call);
  const firstName = call.name?.split(' ')[0] ?? name;
  const { jid, diverted } = call;
  const by = diverted === undefined ? undefined : callerName(diverted);
  const actions = useCallActions();
  const target = call.e164 ?? call.number;
  const watched = useTopic('calls')?.callBacks.some((callBack) => callBack.target === target) ?? false;
  return (
    <section className="detail" aria-label={t`Call details`} data-region="detail" tabIndex={-1}>
      <div className="detail__back">
        <Button
          appearance="subtle"
          icon={<ArrowLeft20Regular />}
          onClick={() => {
            navigate({ section: 'calls' });
          }}
        >
          <Trans>Calls</Trans>
        </Button>
      </div>
      <div className="card">
        <div className="card__hero">
          <PersonAvatar name={name} jid={jid} size={72} />
          <div className="card__id">
            <h2 className="h-md clip" title={name}>
              {name}
            </h2>
            {contact !== undefined && (
              <div className="card__presence card__presence--tight">
                <Presence state={contact.presence.state} size={12} decorative />
                <span>{t(presenceLabel[contact.presence.state])}</span>
              </div>
            )}
          </div>
        </div>
        <div className="card__actions">
          {!hidesNumber(call) && (
            <Button appearance="primary" icon={<Call20Regular />} {...pressToCall(call.e164 ?? call.number, call.name)}>
              {call.direction === 'in' ? <Trans>Call back</Trans> : <Trans>Call again</Trans>}
            </Button>
          )}
          {call.direction === 'out' && (call.endReason === 'busy' || call.endReason === 'noAnswer') && (
            <Button
              icon={<CallCheckmark20Regular />}
              disabledFocusable={watched}
              onClick={() => {
                actions.callBack(target, call.name);
              }}
            >
              {watched ? <Trans>You are told when free</Trans> : <Trans>Tell me when free</Trans>}
            </Button>
          )}
          {jid !== undefined && (
            <>
              <Button
                icon={<Chat20Regular />}
                onClick={() => {
                  reach.chat(jid);
                }}
              >
                <Trans>Chat</Trans>
              </Button>
              <Button
                icon={<ContactCard20Regular />}
                onClick={() => {
                  navigate({ section: 'contacts', item: jid });
                }}
              >
                <Trans>Contact card</Trans>
              </Button>
            </>
          )}
          <Menu positioning={{ position: 'below', align: 'end' }}>
            <MenuTrigger disableButtonEnhancement>
              <Button appearance="subtle" icon={<MoreHorizontal20Regular />} aria-label={t`More actions`} />
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <CallMenuItems
                  call={call}
                  onDelete={() => {
                    setDeleting(true);
                  }}
                />
              </MenuList>
            </MenuPopover>
          </Menu>
        </div>
        <h3>{call.direction === 'in' ? <Trans>Called from</Trans> : <Trans>Called</Trans>}</h3>
        <ul className="nums nums--one">
          <li>
            <span className="nums__text">
              <span className="nums__num tnum">{hidesNumber(call) ? <Trans>Number withheld</Trans> : call.number}</span>
              {call.dialled !== undefined && (
                <span className="t-cap tnum">
                  {call.direction === 'out' ? (
                    <Trans>Dialled as {call.dialled}</Trans>
                  ) : (
                    <Trans>Came as {call.dialled}</Trans>
                  )}
                </span>
              )}
            </span>
          </li>
        </ul>
        {by !== undefined && (
          <p className="t-cap">
            <Trans>Forwarded by {by}</Trans>
          </p>
        )}
        {call.endDetail !== undefined && (
          <p className="t-cap callid">
            <Trans>Cause for support: {call.endDetail}</Trans>
          </p>
        )}
        {call.traceId !== undefined && (
          <p className="t-cap callid">
            <Trans>Call-ID for support: {call.traceId}</Trans>
          </p>
        )}
        {call.quality !== undefined && (
          <>
            <h3>{t(verdictWords[call.quality.verdict])}</h3>
            <QualityFigures quality={call.quality} />
          </>
        )}
        <h3>
          <Trans>Your calls with {firstName}</Trans>
        </h3>
        <ul className="recent">
          {calls
            .filter((other) => numberOf(other) === numberOf(call))
            .map((other) => (
              <li key={other.id}>
                <CallKindIcon outcome={callOutcome(other)} />
                <span>{callWords(other, firstName, words, t)}</span>
                <time dateTime={new Date(other.startedAtMs).toISOString()}>{words.full(other.startedAtMs)}</time>
              </li>
            ))}
        </ul>
      </div>
      {deleting && (
        <DeleteCallsDialog
          group={{ newest: call, ids: [call.id] }}
          onClose={() => {
            setDeleting(false);
          }}
        />
      )}
    </section>
  );
}
