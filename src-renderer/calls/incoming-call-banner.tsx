import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { AlertOff20Regular, Call20Filled, CallEnd20Filled, Dismiss20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { useClientId, useTopic } from '../bridge/client-context.tsx';
import { useSilenceRing } from '../media/media-context.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { setCallProblem, useCallProblem } from './call-problem.ts';
import { activeCall, partyName } from './call-text.ts';
import './calls-parts.css';
import { useCallActions } from './use-call-actions.ts';
import type { CallActions } from './use-call-actions.ts';
import { useCallKeys } from './use-call-keys.ts';

/**
 * Calls that ring here, and the words of a request that was refused. It never takes the focus: F8 and F9 answer
 * and decline from anywhere, F6 reaches it.
 */
export function IncomingCallBanner() {
  const { t } = useLingui();
  const announce = useAnnounce();
  const actions = useCallActions();
  const calls = useTopic('calls')?.calls ?? [];
  const problem = useCallProblem();
  useCallKeys(calls, actions);

  const ringing = calls.filter((call) => call.direction === 'in' && call.state === 'ringing');
  const active = activeCall(calls);
  const newest = ringing.at(-1);
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
          <Toast key={call.id} call={call} actions={actions} />
        ) : (
          <Waiting key={call.id} call={call} active={active} actions={actions} />
        ),
      )}
    </>
  );
}

/** The card of an incoming call while no other is on. */
function Toast({ call, actions }: { readonly call: Call; readonly actions: CallActions }) {
  const { t } = useLingui();
  const silence = useSilenceRing();
  const ringsHere = useTopic('lease')?.holder === useClientId();
  const [silenced, setSilenced] = useState(false);
  const name = partyName(call);
  const who = `toast-who-${call.id}`;
  const what = `toast-what-${call.id}`;
  const mac = isMac();
  return (
    <div className="toast callcard" role="alertdialog" aria-labelledby={who} aria-describedby={what}>
      <div className="toast__top">
        <span className="toast__photo">
          <PersonAvatar name={name} jid={call.party.jid} size={56} badge={false} />
        </span>
        <div className="toast__id">
          <div className="toast__name clip" id={who}>
            {name}
          </div>
          <div className="clip tnum" id={what}>
            {name === call.party.number ? <Trans>Incoming call</Trans> : call.party.number}
          </div>
        </div>
        {ringsHere && !silenced && (
          <Button
            size="small"
            appearance="subtle"
            icon={<AlertOff20Regular />}
            aria-label={t`Silence ringing`}
            className="toast__mute"
            onClick={() => {
              silence(call.id);
              setSilenced(true);
            }}
          />
        )}
      </div>
      <div className="toast__acts callcard__acts">
        <button
          type="button"
          className="tact tact--go"
          aria-keyshortcuts={ariaCombo(combos.answer, mac)}
          onClick={() => {
            actions.answer(call.id);
          }}
        >
          <Call20Filled />
          <span>
            <Trans>Answer</Trans>
          </span>
        </button>
        <button
          type="button"
          className="tact tact--end"
          aria-keyshortcuts={ariaCombo(combos.decline, mac)}
          onClick={() => {
            actions.decline(call.id);
          }}
        >
          <CallEnd20Filled />
          <span>
            <Trans>Decline</Trans>
          </span>
        </button>
      </div>
    </div>
  );
}

/** A second caller, while another call is on. */
function Waiting(props: { readonly call: Call; readonly active: Call; readonly actions: CallActions }) {
  const { call, active, actions } = props;
  const name = partyName(call);
  const who = `waiting-who-${call.id}`;
  const mac = isMac();
  return (
    <div className="waiting" role="alertdialog" aria-labelledby={who}>
      <PersonAvatar name={name} jid={call.party.jid} size={40} badge={false} />
      <div className="waiting__id" id={who}>
        <b className="clip">{name}</b>
        <div className="t-cap clip">
          {name === call.party.number ? (
            <Trans>Incoming call</Trans>
          ) : (
            <Trans>Incoming call, {call.party.number}</Trans>
          )}
        </div>
      </div>
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
      <Button
        appearance="primary"
        className="btn-go"
        icon={<Call20Filled />}
        aria-keyshortcuts={ariaCombo(combos.answer, mac)}
        onClick={() => {
          actions.endAndAnswer(active.id, call.id);
        }}
      >
        <Trans>End call and answer</Trans>
      </Button>
    </div>
  );
}
