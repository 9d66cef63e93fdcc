import { Trans, useLingui } from '@lingui/react/macro';
import type { Call } from '../../src-shared/model/call.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { formatRoute, useRoute } from '../shell/route.ts';
import { liveCallPrefix } from '../shell/use-follow-calls.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { partyName, stateWords } from './call-text.ts';
import { CallTimer } from './call-timer.tsx';
import './calls-parts.css';

/** Running calls, above the history. Nothing while there are none. */
export function OnNow() {
  const calls = useTopic('calls')?.calls ?? [];
  const { item } = useRoute();
  if (calls.length === 0) return null;
  return (
    <div className="onnow__part">
      <div className="ghead ghead--flat" id="on-now">
        <Trans>On now</Trans>
      </div>
      <nav className="onnow" aria-labelledby="on-now">
        {calls.map((call) => (
          <OneCall key={call.id} call={call} current={item === `${liveCallPrefix}${call.id}`} />
        ))}
      </nav>
    </div>
  );
}

function OneCall({ call, current }: { readonly call: Call; readonly current: boolean }) {
  const { t } = useLingui();
  const name = partyName(call);
  const active = call.state === 'connected';
  return (
    <a
      className={active ? 'oncall is-active' : 'oncall'}
      href={formatRoute({ section: 'calls', item: `${liveCallPrefix}${call.id}` })}
      aria-current={current}
    >
      <PersonAvatar name={name} jid={call.party.jid} size={40} badge={false} />
      <span className="oncall__text">
        <b className="clip">{name}</b>
        <span className="oncall__state">
          {active && <i className="live" />}
          <span className="clip">{t(stateWords(call))}</span>
          {active && <CallTimer call={call} className="tnum" />}
        </span>
      </span>
    </a>
  );
}
