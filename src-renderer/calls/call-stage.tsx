import { Button, Tooltip } from '@fluentui/react-components';
import {
  ArrowForward16Regular,
  ArrowLeft20Regular,
  CallTransfer16Regular,
  Info16Regular,
  LockClosed12Filled,
  LockOpen12Regular,
  Pause16Filled,
  Record16Filled,
  Speaker216Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { isTransferring } from '../../src-shared/model/calls-at-hand.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { useDevicesInUse } from '../media/media-context.tsx';
import { navigate } from '../shell/route.ts';
import { useCallerName } from '../ui/caller.ts';
import { QuietState } from '../ui/empty-state.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { QualityButton } from './call-quality.tsx';
import { CallControls } from './call-controls.tsx';
import { conferenceOf, saidOf, stateWords, transferWords } from './call-text.ts';
import { CallTimer } from './call-timer.tsx';
import './calls-parts.css';
import { ConferencePanel } from './conference-panel.tsx';
import { Keypad } from './keypad.tsx';
import { StageDevices } from './stage-devices.tsx';
import { ParkPanel } from './park-panel.tsx';
import { setStagePanel, useStagePanel } from './stage-panel.ts';
import type { StagePanel } from './stage-panel.ts';
import { AddPanel, TransferPanel } from './transfer-panel.tsx';
import { useCallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** The detail pane of one running call, or of the last moments of one that ended. */
export function CallStage({ callId }: { readonly callId: string }) {
  const list = useTopic('calls');
  const call = list?.calls.find((one) => one.id === callId);
  if (list === undefined || call === undefined) {
    return (
      <QuietState>
        <Trans>That call is over.</Trans>
      </QuietState>
    );
  }
  return <Stage key={call.id} call={call} all={list.calls} />;
}

/** The panel that is open, as far as the call can do now what it is for. */
function usePanel(call: Call): StagePanel | undefined {
  const panel = useStagePanel(call.id);
  const needed = { keypad: 'dtmf', transfer: 'transfer', add: 'conference', park: 'park' } as const;
  return panel !== undefined && call.capabilities.includes(needed[panel]) ? panel : undefined;
}

function Stage({ call, all }: { readonly call: Call; readonly all: readonly Call[] }) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const announce = useAnnounce();
  const actions = useCallActions();
  const panel = usePanel(call);
  const together = conferenceOf(call, all);
  const isConference = together.length > 1;
  const name = partyName(call);
  const title = isConference ? together.map(partyName).join(', ') : name;
  const words = t(stateWords(call));
  const setPanel = (next: StagePanel | undefined) => {
    setStagePanel(call.id, next);
  };

  const ended = call.state === 'ended';
  const said = saidOf(call, words);
  useEffect(() => {
    if (ended) announce(said, 'assertive');
  }, [ended, said, announce]);

  const small = panel !== undefined || isConference;
  return (
    <section
      className="detail stage"
      aria-label={isConference ? t`Call with ${title}` : t`Call with ${name}`}
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
        {!ended && <StageDevices />}
        <span className="stage__gap" />
        {call.recording && (
          <span className="lock t-cap c-danger" role="status">
            <Record16Filled /> <Trans>Recording</Trans>
          </span>
        )}
        {(call.state === 'connected' || call.state === 'held') && <Lock encrypted={call.encrypted} />}
        {call.state === 'connected' && <QualityButton callId={call.id} encrypted={call.encrypted} />}
      </div>
      <div className={small ? 'stage__mid is-small' : 'stage__mid'}>
        {isConference ? (
          <>
            <h2 className="stage__name clip">
              <Trans>Conference</Trans>
            </h2>
            {panel === undefined && <ConferencePanel calls={together} actions={actions} />}
          </>
        ) : (
          <Who call={call} small={small} name={name} />
        )}
        {call.connectedAtMs === undefined || ended ? (
          <p className="stage__state">{said === call.notice ? null : words}</p>
        ) : (
          !isConference && <CallTimer call={call} className="timer tnum" />
        )}
        {!ended && <Notes call={call} all={all} actions={actions} />}
        {call.notice !== undefined && <Note icon={<Info16Regular />}>{call.notice}</Note>}
        {panel === 'keypad' && (
          <Keypad
            name={name}
            onDigits={(digits) => actions.dtmf(call.id, digits)}
            onClose={() => {
              setPanel(undefined);
            }}
          />
        )}
        {panel === 'transfer' && (
          <TransferPanel
            call={call}
            actions={actions}
            onClose={() => {
              setPanel(undefined);
            }}
          />
        )}
        {panel === 'park' && (
          <ParkPanel
            call={call}
            actions={actions}
            onClose={() => {
              setPanel(undefined);
            }}
          />
        )}
        {panel === 'add' && (
          <AddPanel
            call={call}
            actions={actions}
            onClose={() => {
              setPanel(undefined);
            }}
          />
        )}
      </div>
      {/* Ended: the last moments show why; there is nothing left to press. */}
      {!ended && (
        <CallControls calls={together} call={call} all={all} panel={panel} actions={actions} onPanel={setPanel} />
      )}
    </section>
  );
}

function Who({ call, small, name }: { readonly call: Call; readonly small: boolean; readonly name: string }) {
  const { diverted } = call;
  const callerName = useCallerName();
  const by = diverted === undefined ? undefined : callerName(diverted);
  return (
    <>
      <span className={call.state === 'connected' && !call.farHolds ? 'speaking' : 'stage__photo'}>
        <PersonAvatar name={name} jid={call.party.jid} size={small ? 64 : 128} badge={false} />
      </span>
      <h2 className="stage__name clip" title={name}>
        {name}
      </h2>
      {name !== call.party.number && !hidesNumber(call.party) && <p className="dim tnum">{call.party.number}</p>}
      {by !== undefined && (
        <p className="dim stage__by">
          <ArrowForward16Regular /> <Trans>Forwarded by {by}</Trans>
        </p>
      )}
    </>
  );
}

/** What else is to be known about this call now, in one line each. */
function Notes(props: {
  readonly call: Call;
  readonly all: readonly Call[];
  readonly actions: ReturnType<typeof useCallActions>;
}) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { call, all, actions } = props;
  const { notice } = useDevicesInUse();
  const waiting = all.filter((one) => one.id !== call.id && one.state === 'held' && !isTransferring(one));
  const { transfer } = call;
  const progress = transfer === undefined ? undefined : transferWords(transfer);
  const asksFor = all.find((one) => one.id === call.consultsFor && one.state !== 'ended');
  const asked = asksFor === undefined ? '' : partyName(asksFor);
  const names = waiting.map(partyName).join(', ');
  return (
    <>
      {asksFor !== undefined && !isTransferring(asksFor) && (
        <div className="stage__note stage__ask">
          <CallTransfer16Regular />
          <span>
            <Trans>You are asking about {asked}.</Trans>
          </span>
          <Button
            size="small"
            appearance="primary"
            onClick={() => {
              void actions.completeTransfer(call.id);
            }}
          >
            <Trans>Transfer {asked} now</Trans>
          </Button>
          <Button
            size="small"
            onClick={() => {
              actions.abandonConsult(call.id);
            }}
          >
            <Trans>Back to {asked}</Trans>
          </Button>
        </div>
      )}
      {progress !== undefined && <Note icon={<CallTransfer16Regular />}>{t(progress)}</Note>}
      {call.autoAnswered === true && (
        <Note icon={<Info16Regular />}>
          <Trans>Answered by itself, as the caller asked. You are heard.</Trans>
        </Note>
      )}
      {call.farHolds && (
        <Note icon={<Pause16Filled />}>
          <Trans>The other side put you on hold.</Trans>
        </Note>
      )}
      {call.state === 'held' && !isTransferring(call) && (
        <Note icon={<Pause16Filled />}>
          <Trans>On hold. Nobody hears you here.</Trans>
        </Note>
      )}
      {call.state !== 'held' && waiting.length > 0 && asksFor === undefined && (
        <Note icon={<Speaker216Regular />}>
          <Trans>On hold: {names}</Trans>
        </Note>
      )}
      {notice !== undefined && <Note icon={<Info16Regular />}>{notice}</Note>}
    </>
  );
}

function Note(props: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <p className="stage__note" role="status">
      {props.icon}
      <span>{props.children}</span>
    </p>
  );
}

function Lock({ encrypted }: { readonly encrypted: boolean }) {
  const { t } = useLingui();
  const about = encrypted
    ? t`Signalling and sound are encrypted between this computer and the phone server.`
    : t`This call is not encrypted between this computer and the phone server. Do not share anything confidential.`;
  return (
    <Tooltip content={about} relationship="description">
      <span className="lock t-cap" role="img" aria-label={encrypted ? t`Encrypted` : t`Not encrypted`}>
        {encrypted ? <LockClosed12Filled /> : <LockOpen12Regular />} {encrypted ? t`Encrypted` : t`Not encrypted`}
      </span>
    </Tooltip>
  );
}
