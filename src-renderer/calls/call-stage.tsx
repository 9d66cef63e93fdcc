import { Button, Tooltip } from '@fluentui/react-components';
import { ArrowLeft20Regular, Info16Regular, LockClosed12Filled, LockOpen12Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { navigate } from '../shell/route.ts';
import { QuietState } from '../ui/empty-state.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { CallControls } from './call-controls.tsx';
import { partyName, stateWords } from './call-text.ts';
import { CallTimer } from './call-timer.tsx';
import './calls-parts.css';
import { Keypad } from './keypad.tsx';
import { useCallActions } from './use-call-actions.ts';

/** The detail pane of one running call, or of the last moments of one that ended. */
export function CallStage({ callId }: { readonly callId: string }) {
  const list = useTopic('calls');
  const call = list?.calls.find((one) => one.id === callId);
  if (call === undefined) {
    return (
      <QuietState>
        <Trans>That call is over.</Trans>
      </QuietState>
    );
  }
  return <Stage key={call.id} call={call} />;
}

function Stage({ call }: { readonly call: Call }) {
  const { t } = useLingui();
  const announce = useAnnounce();
  const actions = useCallActions();
  const [wantsKeypad, setWantsKeypad] = useState(false);
  const name = partyName(call);
  const keypad = wantsKeypad && call.capabilities.includes('dtmf');
  const words = t(stateWords(call));

  const ended = call.state === 'ended';
  // Why there was no sound, in the window's own words, says more than that there was none.
  const said = call.endReason === 'mediaFailed' ? (call.notice ?? words) : words;
  useEffect(() => {
    if (ended) announce(said, 'assertive');
  }, [ended, said, announce]);

  return (
    <section
      className="detail stage"
      aria-label={t`Call with ${name}`}
      data-region="detail"
      data-call-state={call.state}
    >
      <div className="stage__top">
        <div className="detail__back">
          <Button
            appearance="subtle"
            icon={<ArrowLeft20Regular />}
            aria-label={t`Back to calls`}
            onClick={() => {
              navigate({ section: 'calls' });
            }}
          />
        </div>
        <span className="stage__gap" />
        {call.state === 'connected' && <Lock encrypted={call.encrypted} />}
      </div>
      <div className={keypad ? 'stage__mid is-small' : 'stage__mid'}>
        <span className={call.state === 'connected' ? 'speaking' : 'stage__photo'}>
          <PersonAvatar name={name} jid={call.party.jid} size={keypad ? 64 : 128} badge={false} />
        </span>
        <h2 className="stage__name clip">{name}</h2>
        {name !== call.party.number && <p className="dim tnum">{call.party.number}</p>}
        {call.connectedAtMs === undefined || ended ? (
          <p className="stage__state">{said === call.notice ? null : words}</p>
        ) : (
          <CallTimer call={call} className="timer tnum" />
        )}
        {call.notice !== undefined && (
          <p className="stage__note" role="status">
            <Info16Regular />
            {call.notice}
          </p>
        )}
        {keypad && (
          <Keypad
            name={name}
            onDigits={(digits) => actions.dtmf(call.id, digits)}
            onClose={() => {
              setWantsKeypad(false);
            }}
          />
        )}
      </div>
      {/* Ended: the last moments show why; there is nothing left to press. */}
      {!ended && (
        <CallControls
          call={call}
          keypadOpen={keypad}
          onMute={(muted) => {
            actions.mute(call.id, muted);
          }}
          onKeypad={() => {
            setWantsKeypad(!keypad);
          }}
          onEnd={() => {
            if (call.direction === 'in' && call.state === 'ringing') actions.decline(call.id);
            else actions.hangUp(call.id);
          }}
        />
      )}
    </section>
  );
}

function Lock({ encrypted }: { readonly encrypted: boolean }) {
  const { t } = useLingui();
  const about = encrypted
    ? t`Signalling and sound are encrypted between this computer and the phone server.`
    : t`This call is not encrypted. The other side does not support it. Do not share anything confidential.`;
  return (
    <Tooltip content={about} relationship="description">
      <span className="lock t-cap" role="img" aria-label={encrypted ? t`Encrypted` : t`Not encrypted`}>
        {encrypted ? <LockClosed12Filled /> : <LockOpen12Regular />} {encrypted ? t`Encrypted` : t`Not encrypted`}
      </span>
    </Tooltip>
  );
}
