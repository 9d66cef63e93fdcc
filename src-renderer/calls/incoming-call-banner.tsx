import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { AlertOff20Regular, Call20Filled, CallEnd20Filled, Dismiss20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { activeCall, ringingCalls } from '../../src-shared/model/calls-at-hand.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { setCallProblem, useCallProblem } from './call-problem.ts';
import { answerWords } from './call-text.ts';
import './calls-parts.css';
import { DivertMenu } from './divert-menu.tsx';
import { CallerLine, IncomingCard } from './incoming-card.tsx';
import { useCallActions } from './use-call-actions.ts';
import type { CallActions } from './use-call-actions.ts';
import { useCallKeys } from './use-call-keys.ts';
import { usePartyName } from './use-party-name.ts';
import { useRingNotification } from './use-ring-notification.ts';

/**
 * Calls that ring here, and the words of a request that was refused. It never takes the focus: F8 and F9 answer
 * and decline from anywhere, F6 reaches it.
 */
export function IncomingCallBanner() {
  const { t } = useLingui();
  const partyName = usePartyName();
  const announce = useAnnounce();
  const actions = useCallActions();
  const calls = useTopic('calls')?.calls ?? [];
  const problem = useCallProblem();
  useCallKeys(calls, actions);

  // What was ignored rings on elsewhere; here it stays only in the list of calls.
  const ringing = ringingCalls(calls);
  const active = activeCall(calls);
  const newest = ringing.at(-1);
  useRingNotification(newest);
  const newestId = newest?.id;
  const newestName = newest === undefined ? '' : partyName(newest);
  useEffect(() => {
    if (newestId !== undefined) announce(t`Incoming call from ${newestName}. F8 answers, F9 declines.`, 'assertive');
  }, [newestId, newestName, announce, t]);

  return (
    <>
      {problem !== undefined && (
        <MessageBar intent="error" className="callproblem">
          <MessageBarBody>{problem}</MessageBarBody>
          <MessageBarActions
            containerAction={
              <Button
                appearance="transparent"
                icon={<Dismiss20Regular />}
                aria-label={t`Dismiss`}
                onClick={() => {
                  setCallProblem(undefined);
                }}
              />
            }
          />
        </MessageBar>
      )}
      {ringing.map((call) =>
        active === undefined ? (
          <IncomingCard
            key={call.id}
            call={call}
            actions={actions}
            more={<DivertMenu call={call} actions={actions} className="toast__mute" />}
          />
        ) : (
          <Waiting key={call.id} call={call} active={active} actions={actions} />
        ),
      )}
    </>
  );
}

/** A second caller, while another call is on: that one goes on hold when this one is answered, or ends where nobody was reached yet. */
function Waiting(props: { readonly call: Call; readonly active: Call; readonly actions: CallActions }) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { call, active, actions } = props;
  const name = partyName(call);
  const who = `waiting-who-${call.id}`;
  const mac = isMac();
  return (
    <div className="waiting" role="alertdialog" aria-labelledby={who}>
      <PersonAvatar name={name} jid={call.party.jid} size={40} badge={false} />
      <div className="waiting__id" id={who}>
        <div className="t-strong clip">
          <Trans>{name} is calling</Trans>
        </div>
        <div className="t-cap clip tnum">
          <CallerLine call={call} />
        </div>
      </div>
      <Button
        appearance="primary"
        className="btn-go"
        icon={<Call20Filled />}
        aria-keyshortcuts={ariaCombo(combos.answer, mac)}
        onClick={() => {
          actions.answer(call.id);
        }}
      >
        {t(answerWords(active))}
      </Button>
      {call.capabilities.includes('ignore') && (
        <Button
          icon={<AlertOff20Regular />}
          title={t`Ignore: it rings on, but not here`}
          aria-label={t`Ignore the call`}
          onClick={() => {
            actions.ignore(call.id);
          }}
        />
      )}
      <DivertMenu call={call} actions={actions} />
      <Button
        className="btn-decline"
        icon={<CallEnd20Filled />}
        aria-keyshortcuts={ariaCombo(combos.decline, mac)}
        onClick={() => {
          actions.decline(call.id);
        }}
      >
        <Trans>Decline</Trans>
      </Button>
    </div>
  );
}
