import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { browserClock } from '../bridge/browser-clock.ts';
import { useMedia } from '../media/media-context.tsx';
import { TestCall, testCallMs } from '../media/test-call.ts';
import type { TestCallView } from '../media/test-call.ts';
import { LevelBar } from '../ui/level-bar.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { Row } from './setting-row.tsx';

/** A recording with less than this, of 1, holds no voice. */
const audibleLevel = 0.2;

/** Records a moment and plays it back, with the level of both: what others hear of this person. */
export function TestCallPanel() {
  const { t } = useLingui();
  const announce = useAnnounce();
  const media = useMedia();
  const [test] = useState(
    () =>
      new TestCall({
        clock: browserClock,
        takeMicrophone: (key, replaced) => media.takeMicrophone(key, replaced),
        giveBackMicrophone: (key) => {
          media.giveBackMicrophone(key);
        },
        speakerId: () => media.devices.inUse.speakerId,
        failed: media.reportFailure,
      }),
  );
  const view = useSyncExternalStore(
    (listener) => test.onChanged(listener),
    () => test.view,
  );
  useEffect(
    () => () => {
      test.stop();
    },
    [test],
  );
  const words = useTestCallWords(view);
  useEffect(() => {
    announce(words);
  }, [announce, words]);
  const running = view.state === 'opening' || view.state === 'recording' || view.state === 'playing';
  return (
    <div className="panel rows">
      <Row label={t`Test call`} hint={words} error={view.state === 'failed' ? (view.problem ?? '') : undefined}>
        <div className="testcall__level">
          <LevelBar
            level={view.level}
            label={view.state === 'playing' ? t`Level of the playback` : t`Level of the microphone`}
          />
        </div>
        <Button
          onClick={() => {
            if (running) test.stop();
            else test.start();
          }}
        >
          {running ? <Trans>Stop</Trans> : <Trans>Start test call</Trans>}
        </Button>
      </Row>
    </div>
  );
}

function useTestCallWords(view: Pick<TestCallView, 'state' | 'peak'>): string {
  const { t } = useLingui();
  const seconds = testCallMs / 1_000;
  switch (view.state) {
    case 'idle':
    case 'failed':
      return t`Records ${seconds} seconds of your microphone and plays them on your speaker.`;
    case 'opening':
      return t`Opening the microphone…`;
    case 'recording':
      return t`Say something. Recording…`;
    case 'playing':
      return t`Playing what the others would hear…`;
    case 'done':
      return view.peak < audibleLevel
        ? t`Nothing was heard from the microphone. Check that it is not muted, or choose another one above.`
        : t`Done. If you heard yourself, others hear you too.`;
  }
}
