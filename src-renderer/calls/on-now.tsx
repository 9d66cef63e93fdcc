import { Button } from '@fluentui/react-components';
import {
  ArrowSwap20Regular,
  Call20Filled,
  Call20Regular,
  CallEnd20Filled,
  Dismiss20Regular,
  Merge20Regular,
  Pause16Filled,
  PeopleAudience20Regular,
  Play16Filled,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CallBack } from '../../src-shared/contract/calls.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { activeCall, heldCall } from '../../src-shared/model/calls-at-hand.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { formatRoute, useRoute } from '../shell/route.ts';
import { liveCallPrefix } from '../shell/use-follow-calls.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { conferenceOf, isRingingHere, mergeable, saidOf, stateWords } from './call-text.ts';
import { CallTimer } from './call-timer.tsx';
import './calls-parts.css';
import { useCallActions } from './use-call-actions.ts';
import type { CallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** Running calls and watched busy people, above the history. Nothing while there are none. */
export function OnNow() {
  const list = useTopic('calls');
  const actions = useCallActions();
  const calls = list?.calls ?? [];
  const callBacks = list?.callBacks ?? [];
  const { item } = useRoute();
  if (calls.length === 0 && callBacks.length === 0) return null;
  // A conference is one conversation, and one row.
  const rows = calls.filter((call) => conferenceOf(call, calls)[0]?.id === call.id || call.state === 'ended');
  const active = activeCall(calls);
  const held = heldCall(calls);
  const both = mergeable(calls);
  return (
    <div className="onnow__part">
      <div className="ghead ghead--flat" id="on-now">
        <Trans>On now</Trans>
      </div>
      <nav className="onnow" aria-labelledby="on-now">
        {rows.map((call) => {
          const together = conferenceOf(call, calls);
          const current = together.some((one) => item === `${liveCallPrefix}${one.id}`);
          return <OneCall key={call.id} call={call} together={together} current={current} actions={actions} />;
        })}
        {callBacks.map((callBack) => (
          <Watched key={callBack.target} callBack={callBack} actions={actions} />
        ))}
        {held !== undefined && active !== undefined && active.state !== 'held' && (
          <div className="onnow__acts">
            <Button
              size="small"
              appearance="subtle"
              icon={<ArrowSwap20Regular />}
              aria-keyshortcuts={ariaCombo(combos.swap, isMac())}
              onClick={() => {
                actions.resume(held.id);
              }}
            >
              <Trans>Swap</Trans>
            </Button>
            {both !== undefined && (
              <Button
                size="small"
                appearance="subtle"
                icon={<Merge20Regular />}
                onClick={() => {
                  actions.merge(both.map((call) => call.id));
                }}
              >
                <Trans>Merge into one call</Trans>
              </Button>
            )}
          </div>
        )}
      </nav>
    </div>
  );
}

function OneCall(props: {
  readonly call: Call;
  readonly together: readonly Call[];
  readonly current: boolean;
  readonly actions: CallActions;
}) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { call, together, actions } = props;
  const name = together.length > 1 ? together.map(partyName).join(', ') : partyName(call);
  const active = call.state === 'connected';
  const held = call.state === 'held';
  return (
    <div className={active ? 'oncall is-active' : 'oncall'}>
      <a
        className="oncall__link"
        href={formatRoute({ section: 'calls', item: `${liveCallPrefix}${call.id}` })}
        aria-current={props.current}
      >
        {together.length > 1 ? (
          <span className="oncall__group">
            <PeopleAudience20Regular />
          </span>
        ) : (
          <PersonAvatar name={name} jid={call.party.jid} size={40} badge={false} />
        )}
        <span className="oncall__text">
          <b className="clip" title={name}>
            {name}
          </b>
          <span className="oncall__state">
            {active && <i className="live" />}
            {held && <Pause16Filled />}
            <span className="clip">{saidOf(call, t(stateWords(call)))}</span>
            {(active || held) && <CallTimer call={call} className="tnum" />}
          </span>
        </span>
      </a>
      {isRingingHere(call) && call.capabilities.includes('answer') && (
        <Button
          size="small"
          appearance="primary"
          className="btn-go"
          icon={<Call20Filled />}
          title={t`Answer`}
          aria-label={t`Answer ${name}`}
          onClick={() => {
            actions.answer(call.id);
          }}
        />
      )}
      {isRingingHere(call) && call.capabilities.includes('decline') && (
        <Button
          size="small"
          appearance="subtle"
          className="btn-decline"
          icon={<CallEnd20Filled />}
          title={t`Decline`}
          aria-label={t`Decline ${name}`}
          onClick={() => {
            actions.decline(call.id);
          }}
        />
      )}
      {call.capabilities.includes('hold') && (
        <Button
          size="small"
          appearance="subtle"
          icon={<Pause16Filled />}
          aria-label={t`Hold ${name}`}
          onClick={() => {
            actions.hold(call.id);
          }}
        />
      )}
      {call.capabilities.includes('resume') && (
        <Button
          size="small"
          appearance="subtle"
          icon={<Play16Filled />}
          aria-label={t`Resume ${name}`}
          onClick={() => {
            actions.resume(call.id);
          }}
        />
      )}
    </div>
  );
}

/** Somebody who was busy: Parley waits, or asks whether to call now. */
function Watched({ callBack, actions }: { readonly callBack: CallBack; readonly actions: CallActions }) {
  const { t } = useLingui();
  const name = callBack.name ?? callBack.target;
  const free = callBack.state === 'free';
  return (
    <div className={free ? 'oncall is-active' : 'oncall'}>
      <span className="oncall__link">
        <PersonAvatar name={name} size={40} badge={false} />
        <span className="oncall__text">
          <b className="clip" title={name}>
            {name}
          </b>
          <span className="oncall__state" role={free ? 'status' : undefined}>
            <span className="clip">{free ? <Trans>Is free now</Trans> : <Trans>You are told when free</Trans>}</span>
          </span>
        </span>
      </span>
      {free && (
        <Button
          size="small"
          appearance="subtle"
          icon={<Call20Regular />}
          aria-label={t`Call ${name} now`}
          onClick={() => {
            actions.place(callBack.target, callBack.name);
          }}
        />
      )}
      <Button
        size="small"
        appearance="subtle"
        icon={<Dismiss20Regular />}
        aria-label={t`Wait no longer for ${name}`}
        onClick={() => {
          actions.cancelCallBack(callBack.target);
        }}
      />
    </div>
  );
}
