import { Button } from '@fluentui/react-components';
import { Open20Regular } from '@fluentui/react-icons';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { ringingCalls } from '../../src-shared/model/calls-at-hand.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { PageFrame } from '../ui/page-frame.tsx';
import { useCallProblem } from './call-problem.ts';
import './calls-parts.css';
import { IncomingCard } from './incoming-card.tsx';
import { useCallActions } from './use-call-actions.ts';

/** Cards that fit beside a person's work; others are counted. */
const mostCards = 3;

/** The Electron shell's small window of calls that ring, over other programs: one card each, and nothing else. */
export function IncomingWindow() {
  return (
    <PageFrame>
      <Cards />
    </PageFrame>
  );
}

function Cards() {
  const { t } = useLingui();
  const call = useCall();
  const actions = useCallActions();
  const problem = useCallProblem();
  const ringing = ringingCalls(useTopic('calls')?.calls ?? []);
  const more = ringing.length - mostCards;
  const openParley = () => {
    // The service is away: then there is nothing to open either.
    void call('app.showWindow', null).catch(() => undefined);
  };
  return (
    <main className="ringing">
      <h1 className="sr-only">
        <Trans>Incoming calls</Trans>
      </h1>
      {ringing.slice(0, mostCards).map((one) => (
        <IncomingCard
          key={one.id}
          call={one}
          actions={actions}
          onAnswer={() => {
            // The service says itself what was refused.
            void call('app.answerInFront', { callId: one.id }).catch(() => undefined);
          }}
          more={
            <Button
              size="small"
              appearance="subtle"
              icon={<Open20Regular />}
              title={t`Open Parley`}
              aria-label={t`Open Parley`}
              className="toast__mute"
              onClick={openParley}
            />
          }
        />
      ))}
      {more > 0 && (
        <p className="toast ringing__more">
          <Plural
            value={more}
            one="# more call rings. Open Parley to see it."
            other="# more calls ring. Open Parley to see them."
          />
        </p>
      )}
      {problem !== undefined && (
        <p className="toast ringing__more c-danger" role="alert">
          {problem}
        </p>
      )}
      {ringing.length === 0 && (
        <p className="sr-only">
          <Trans>Nobody is calling.</Trans>
        </p>
      )}
    </main>
  );
}
