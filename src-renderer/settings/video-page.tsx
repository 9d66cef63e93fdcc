import { Button, Spinner } from '@fluentui/react-components';
import { ArrowClockwise16Regular, Info16Regular } from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Capability, CapabilityPart, VideoFormat } from '../../src-shared/model/capability.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { LoadingState } from '../ui/empty-state.tsx';
import { useAction } from '../ui/use-action.ts';
import { useTimeWords } from '../ui/use-time-words.ts';
import { CameraPanel } from './camera-panel.tsx';
import { Gauge } from './gauge.tsx';
import { hdScore, highestScore, lowestScore, scorePart, scoreText } from './score.ts';
import { SettingPanel } from './setting-row.tsx';

const partLabels: Readonly<Record<CapabilityPart, MessageDescriptor>> = {
  encode: msg`Encode`,
  decode: msg`Decode`,
  encryption: msg`Encryption`,
  hashing: msg`Hashing`,
  compression: msg`Compression`,
};

const formatWords: Readonly<Record<VideoFormat, MessageDescriptor>> = {
  none: msg`No video`,
  qcif: msg`Up to QCIF`,
  cif: msg`Up to CIF`,
  vga: msg`Up to VGA`,
  '720p15': msg`Up to 720p at 15 frames a second`,
  '720p30': msg`Up to 720p at 30 frames a second`,
};

/** The capability score with its parts, what follows from it, the person's own limits, and the camera. */
export function VideoPage() {
  const capability = useTopic('capability');
  if (capability === undefined) return <LoadingState />;
  return (
    <>
      <Score capability={capability} />
      {capability.video !== undefined && capability.video.reasons.length > 0 && (
        <section className="panel reasons" aria-labelledby="video-reasons">
          <h2 className="h-sm" id="video-reasons">
            <Trans>Why not more</Trans>
          </h2>
          <ul>
            {capability.video.reasons.map((reason) => (
              <li key={reason}>
                <Info16Regular aria-hidden />
                <span>{reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <h2 className="h-sm set__h">
        <Trans>Limits</Trans>
      </h2>
      <SettingPanel names={['video.enabled', 'video.maxFormat', 'video.maxBitrateKbps']} />
      <p className="set__note">
        <Info16Regular aria-hidden />
        <span>
          <Trans>
            Parley has no video calls yet. What you choose here sets the picture that this page shows, and holds for
            video calls once there are any.
          </Trans>
        </span>
      </p>
      <h2 className="h-sm set__h">
        <Trans>Camera</Trans>
      </h2>
      <CameraPanel />
    </>
  );
}

function Score({ capability }: { readonly capability: Capability }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const words = useTimeWords();
  const measuring = capability.state === 'measuring' || action.busy;
  const { video, measuredAtMs } = capability;
  const when = measuredAtMs === undefined ? '' : words.full(measuredAtMs);
  const rate = video?.maxBitrateKbps ?? 0;
  const format = video === undefined ? '' : t(formatWords[video.format]);
  return (
    <div className="panel score">
      <div className="score__gauge">
        <Gauge score={capability.score} />
        <div className="score__cap">
          {video !== undefined && (video.format === 'none' ? format : t`${format}, ${rate} kbit/s`)}
        </div>
      </div>
      <div className="score__parts">
        <div className="score__head">
          <h2 className="h-sm">
            <Trans>What the score is made of</Trans>
          </h2>
          <Button
            size="small"
            appearance="subtle"
            icon={measuring ? <Spinner size="extra-tiny" aria-hidden /> : <ArrowClockwise16Regular />}
            disabledFocusable={measuring}
            onClick={() => {
              if (!measuring) void action.run(() => call('capability.measure', null));
            }}
          >
            {measuring ? (
              <Trans>Measuring…</Trans>
            ) : capability.state === 'unmeasured' ? (
              <Trans>Measure</Trans>
            ) : (
              <Trans>Measure again</Trans>
            )}
          </Button>
        </div>
        {capability.parts.map((part) => {
          const label = t(partLabels[part.part]);
          return (
            <div key={part.part} className="part">
              <span>{label}</span>
              <span
                className="part__bar"
                role="meter"
                aria-valuemin={lowestScore}
                aria-valuemax={highestScore}
                aria-valuenow={part.score}
                aria-label={label}
              >
                <i
                  className={part.score < hdScore ? 'is-low' : ''}
                  style={{ width: `${String(scorePart(part.score) * 100)}%` }}
                />
              </span>
              <b className="tnum">{scoreText(part.score)}</b>
              <span className="t-cap part__text" title={part.measured}>
                {part.measured}
              </span>
            </div>
          );
        })}
        <div className="t-cap score__when" role="status">
          {action.error ??
            capability.failure ??
            (when === '' ? t`Not measured yet. It takes a few seconds.` : t`Measured ${when}`)}
        </div>
      </div>
    </div>
  );
}
