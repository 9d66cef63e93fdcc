import { Button, Link, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import {
  CellularData120Regular,
  CellularData320Regular,
  CellularData520Regular,
  LockClosed12Filled,
  LockOpen12Regular,
  WifiWarning20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { verdictOfScore } from '../../src-shared/model/call-quality.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import { useEvent } from '../bridge/client-context.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { LossCurve } from './loss-curve.tsx';
import { gradeOf, withLoss } from './quality-grades.ts';
import type { Grade, GradedFigure, LossPoint } from './quality-grades.ts';
import { gradeWords, reasonWords, verdictWords } from './quality-words.ts';

/** How the running call sounds: one word on the button, the figures behind it. */
export function QualityButton(props: { readonly callId: string; readonly encrypted: boolean }) {
  const { callId, encrypted } = props;
  const { t } = useLingui();
  const [quality, setQuality] = useState<CallQuality>({ verdict: 'notKnown' });
  const [loss, setLoss] = useState<readonly LossPoint[]>([]);
  useEvent('call.quality', ({ callId: of, ...measured }) => {
    if (of !== callId) return;
    setQuality(measured);
    setLoss((points) => withLoss(points, measured, performance.now()));
  });
  const words = t(verdictWords[quality.verdict]);
  return (
    <Popover positioning={{ position: 'below', align: 'end', overflowBoundaryPadding: 8 }} trapFocus>
      <PopoverTrigger disableButtonEnhancement>
        <Button appearance="subtle" size="small" aria-label={words} icon={<Bars verdict={quality.verdict} />}>
          <span className="quality__words">{words}</span>
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="qpop quality" aria-label={t`Connection`}>
        <div className="qpop__head">
          <h3>{words}</h3>
          <span className="t-cap">
            <Trans>Every 2 seconds</Trans>
          </span>
        </div>
        <QualityFigures quality={quality} loss={loss} />
        <div className="qpop__foot">
          <span>
            {encrypted ? <LockClosed12Filled /> : <LockOpen12Regular />}
            {encrypted ? t`Encrypted to the phone server` : t`Not encrypted`}
          </span>
          <CopyDetails callId={callId} quality={quality} />
        </div>
      </PopoverSurface>
    </Popover>
  );
}

/** Puts what was measured on the clipboard, for a message to whoever runs the phones. */
function CopyDetails({ callId, quality }: { readonly callId: string; readonly quality: CallQuality }) {
  const { t } = useLingui();
  const announce = useAnnounce();
  const [said, setSaid] = useState<string>();
  const say = (words: string) => {
    setSaid(words);
    announce(words);
  };
  // Names and units as in the log, in one language: it is read by who runs the phones, not by who copies it.
  const details = JSON.stringify({ callId, at: new Date().toISOString(), ...quality }, null, 2);
  return (
    <Link
      as="button"
      onClick={() => {
        navigator.clipboard.writeText(details).then(
          () => {
            say(t`Copied`);
          },
          () => {
            say(t`The clipboard is not available.`);
          },
        );
      }}
    >
      {said ?? t`Copy details`}
    </Link>
  );
}

function Bars({ verdict }: { readonly verdict: CallQuality['verdict'] }) {
  if (verdict === 'good') return <CellularData120Regular />;
  return verdict === 'fair' || verdict === 'notKnown' ? <CellularData320Regular /> : <CellularData520Regular />;
}

/** The figures of a call; what was not measured says so. `loss`: of the last minute, while the call goes on. */
export function QualityFigures({
  quality,
  loss,
}: {
  readonly quality: CallQuality;
  readonly loss?: readonly LossPoint[];
}) {
  const { t } = useLingui();
  const { codec, roundTripMs, jitterMs, lossInPercent, lossOutPercent, mosIn, mosOut, mosReported, reason } = quality;
  const unknown = t`not known`;
  const ms = (value: number | undefined) => (value === undefined ? unknown : t`${value} ms`);
  const percent = (value: number | undefined) => (value === undefined ? unknown : t`${value} %`);
  const theirScore = mosReported?.toFixed(1);
  return (
    <>
      <div className="qpop__mos">
        <ScoreTile title={t`You hear`} score={mosIn} />
        <ScoreTile title={t`They hear`} score={mosOut} />
      </div>
      <dl className="figures tnum">
        <div>
          <dt>
            <Trans>Codec</Trans>
          </dt>
          <dd>{codec ?? unknown}</dd>
        </div>
        <Figure name={t`Round trip`} shown={ms(roundTripMs)} graded="roundTripMs" value={roundTripMs} />
        <Figure name={t`Jitter`} shown={ms(jitterMs)} graded="jitterMs" value={jitterMs} />
        <Figure
          name={t`Lost on the way here`}
          shown={percent(lossInPercent)}
          graded="lossPercent"
          value={lossInPercent}
        />
        <Figure
          name={t`Lost on the way to them`}
          shown={percent(lossOutPercent)}
          graded="lossPercent"
          value={lossOutPercent}
        />
        {theirScore !== undefined && (
          <div>
            <dt>
              <Trans>Score at the other end</Trans>
            </dt>
            <dd>{t`${theirScore} of 5`}</dd>
          </div>
        )}
      </dl>
      {loss !== undefined && <LossCurve points={loss} />}
      {reason !== undefined && (
        <div className="qpop__why">
          <WifiWarning20Regular />
          <div>
            <b>
              <Trans>Why is it bad?</Trans>
            </b>
            <p>{t(reasonWords[reason])}</p>
          </div>
        </div>
      )}
    </>
  );
}

/** An estimated score of one direction, in a word and in figures. */
function ScoreTile({ title, score }: { readonly title: string; readonly score: number | undefined }) {
  const { t } = useLingui();
  const verdict = score === undefined ? 'notKnown' : verdictOfScore(score);
  const shown = score?.toFixed(1);
  return (
    <div>
      <span className="t-cap">{title}</span>
      <span className="qpop__score">
        <Bars verdict={verdict} />
        {shown === undefined ? (
          <span className="dim">{t`not known`}</span>
        ) : (
          <>
            <b className="tnum" title={t`${shown} of 4.5`}>
              {shown}
            </b>
            <span className={`q-${verdict}`}>{t(gradeWords[verdict])}</span>
          </>
        )}
      </span>
    </div>
  );
}

function Figure(props: {
  readonly name: string;
  readonly shown: string;
  readonly graded: GradedFigure;
  readonly value: number | undefined;
}) {
  const { t } = useLingui();
  const grade: Grade | undefined = gradeOf(props.graded, props.value);
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.shown}</dd>
      {grade !== undefined && <dd className={`q-${grade}`}>{t(gradeWords[grade])}</dd>}
    </div>
  );
}
