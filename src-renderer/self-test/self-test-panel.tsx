import { Button, Spinner } from '@fluentui/react-components';
import {
  CheckmarkCircle20Filled,
  DismissCircle20Filled,
  Pulse20Regular,
  SubtractCircle20Regular,
} from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import { browserClock } from '../bridge/browser-clock.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useMedia } from '../media/media-context.tsx';
import { Row } from '../settings/setting-row.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { useAction } from '../ui/use-action.ts';
import { measureSound } from './measure-sound.ts';
import { isAboutBeingHeard, soundFindingsOf } from './verdict.ts';
import type { SoundFinding } from './verdict.ts';

/** Why, and what to do about it. */
const findingWords: Readonly<
  Record<SoundFinding, { readonly why: MessageDescriptor; readonly todo: MessageDescriptor }>
> = {
  micDenied: {
    why: msg`You cannot be heard because Parley may not use your microphone.`,
    todo: msg`Allow the microphone for Parley in the settings of this computer or browser, then test again.`,
  },
  micMissing: {
    why: msg`You cannot be heard because no microphone was found.`,
    todo: msg`Plug one in, or choose one in Settings, Audio, then test again.`,
  },
  micBusy: {
    why: msg`You cannot be heard because another program uses your microphone.`,
    todo: msg`Close that program or choose another microphone in Settings, Audio, then test again.`,
  },
  mutedBySystem: {
    why: msg`You cannot be heard because your computer has muted the microphone.`,
    todo: msg`Look for a microphone key on the keyboard or headset, and for the input volume in the sound settings.`,
  },
  silent: {
    why: msg`You cannot be heard because your microphone picked up no sound.`,
    todo: msg`Look for a mute switch on the headset, turn up the input volume, or choose another microphone in Settings, Audio.`,
  },
  mutedHere: { why: msg`You cannot be heard because you muted this call.`, todo: msg`Press Unmute in the call.` },
  held: { why: msg`You cannot be heard because you put this call on hold.`, todo: msg`Press Resume in the call.` },
  noPacketsOut: {
    why: msg`You cannot be heard because no sound leaves this window.`,
    todo: msg`End the call and call again. If it stays so, restart Parley and send the report below to support.`,
  },
  farHolds: {
    why: msg`You hear nothing because the other side put you on hold.`,
    todo: msg`Wait until they come back.`,
  },
  noPacketsIn: {
    why: msg`You hear nothing because no sound arrives from the other side.`,
    todo: msg`Their microphone may be off, or a firewall or VPN keeps the sound away. Call again, or try another network.`,
  },
};

const serviceWords: Readonly<Record<(typeof signInServices)[number], MessageDescriptor>> = {
  chat: msg`Chat and presence`,
  phone: msg`Phone`,
  directory: msg`Directory`,
  voicemail: msg`Voicemail`,
};

type Outcome = 'ok' | 'bad' | 'off' | 'busy';

/** Tries the services and the sound, and says what is wrong and what to do: with the call that is on, or without one. */
export function SelfTestPanel() {
  const { t } = useLingui();
  const call = useCall();
  const media = useMedia();
  const announce = useAnnounce();
  const action = useAction();
  const calls = useTopic('calls')?.calls ?? [];
  const [findings, setFindings] = useState<readonly SoundFinding[]>();
  const [tested, setTested] = useState<Call>();
  const services = useTopic('health')?.services ?? [];
  const run = async () => {
    setFindings(undefined);
    const down = services.filter(({ state }) => state === 'failed' || state === 'reconnecting');
    for (const { service } of down) {
      if (signInServices.some((known) => known === service)) await call('health.retry', { service });
    }
    const running = calls.find(({ state }) => state === 'connected') ?? calls.find(({ state }) => state === 'held');
    setTested(running);
    const found = soundFindingsOf(await measureSound(media, browserClock, running));
    setFindings(found);
    announce(found[0] === undefined ? t`The sound test found nothing wrong.` : t(findingWords[found[0]].why));
  };
  const isHeard = findings?.some(isAboutBeingHeard) === false;
  const who = tested?.party.name ?? tested?.party.number ?? '';
  return (
    <div className="panel rows">
      <Row
        label={t`Test the connection and the sound`}
        hint={t`Two seconds. Say something meanwhile. In a call its sound is tested too.`}
        error={action.error}
      >
        <Button
          appearance="primary"
          icon={<Pulse20Regular />}
          disabledFocusable={action.busy}
          onClick={() => {
            if (!action.busy) void action.run(run);
          }}
        >
          <Trans>Test now</Trans>
        </Button>
      </Row>
      {(findings !== undefined || action.busy) &&
        signInServices.map((name) => {
          const health = services.find(({ service }) => service === name);
          const state = health?.state ?? 'off';
          const outcome = state === 'ok' ? 'ok' : state === 'off' ? 'off' : state === 'failed' ? 'bad' : 'busy';
          return (
            <ResultRow key={name} outcome={outcome} name={t(serviceWords[name])}>
              {[health?.message, health?.server].filter((part) => part !== undefined && part !== '').join(' · ')}
            </ResultRow>
          );
        })}
      {action.busy && (
        <ResultRow outcome="busy" name={t`Sound`}>
          <Trans>Listening to the microphone…</Trans>
        </ResultRow>
      )}
      {isHeard && (
        <ResultRow outcome="ok" name={t`Sound`}>
          {tested === undefined ? (
            <Trans>The microphone works.</Trans>
          ) : (
            <Trans>The microphone works, and your voice goes out to {who}.</Trans>
          )}
        </ResultRow>
      )}
      {findings?.map((finding) => (
        <ResultRow key={finding} outcome="bad" name={t`Sound`}>
          <strong>{t(findingWords[finding].why)}</strong> {t(findingWords[finding].todo)}
        </ResultRow>
      ))}
    </div>
  );
}

const icons: Readonly<Record<Outcome, ReactNode>> = {
  ok: <CheckmarkCircle20Filled className="selftest__ok" aria-hidden />,
  bad: <DismissCircle20Filled className="c-danger" aria-hidden />,
  off: <SubtractCircle20Regular aria-hidden />,
  busy: <Spinner size="extra-tiny" aria-hidden />,
};

const outcomeWords: Readonly<Record<Outcome, MessageDescriptor>> = {
  ok: msg`Working`,
  bad: msg`Not working`,
  off: msg`Off`,
  busy: msg`Being tested`,
};

/** One result: a shape, a word and the reason, so that it is told without colour. */
function ResultRow(props: { readonly outcome: Outcome; readonly name: string; readonly children: ReactNode }) {
  const { t } = useLingui();
  return (
    <div className="srow selftest" data-outcome={props.outcome}>
      {icons[props.outcome]}
      <div className="srow__text">
        <div>
          {props.name} <span className="t-cap">{t(outcomeWords[props.outcome])}</span>
        </div>
        <div className="t-cap">{props.children}</div>
      </div>
    </div>
  );
}
