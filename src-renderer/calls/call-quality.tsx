import { Button, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import { CellularData120Regular, CellularData320Regular, CellularData520Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import { useEvent } from '../bridge/client-context.tsx';
import { reasonWords, verdictWords } from './quality-words.ts';

/** How the running call sounds: one word on the button, the figures behind it. */
export function QualityButton({ callId }: { readonly callId: string }) {
  const { t } = useLingui();
  const [quality, setQuality] = useState<CallQuality>({ verdict: 'notKnown' });
  useEvent('call.quality', ({ callId: of, ...measured }) => {
    if (of === callId) setQuality(measured);
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
        <h3 className="t-strong">{words}</h3>
        <QualityFigures quality={quality} />
      </PopoverSurface>
    </Popover>
  );
}

function Bars({ verdict }: { readonly verdict: CallQuality['verdict'] }) {
  if (verdict === 'good') return <CellularData120Regular />;
  return verdict === 'fair' || verdict === 'notKnown' ? <CellularData320Regular /> : <CellularData520Regular />;
}

/** The figures of a call; what was not measured says so. */
export function QualityFigures({ quality }: { readonly quality: CallQuality }) {
  const { t } = useLingui();
  const { codec, roundTripMs, jitterMs, lossInPercent, lossOutPercent, mos, mosOut, reason } = quality;
  const unknown = t`not known`;
  const ms = (value: number | undefined) => (value === undefined ? unknown : t`${value} ms`);
  const percent = (value: number | undefined) => (value === undefined ? unknown : t`${value} %`);
  const theirScore = mosOut?.toFixed(1);
  const score = mos === undefined ? undefined : mos.toFixed(1);
  return (
    <>
      {reason !== undefined && <p className="figures__why">{t(reasonWords[reason])}</p>}
      <dl className="figures tnum">
        <dt>
          <Trans>Codec</Trans>
        </dt>
        <dd>{codec ?? unknown}</dd>
        <dt>
          <Trans>Round trip</Trans>
        </dt>
        <dd>{ms(roundTripMs)}</dd>
        <dt>
          <Trans>Jitter</Trans>
        </dt>
        <dd>{ms(jitterMs)}</dd>
        <dt>
          <Trans>Lost on the way here</Trans>
        </dt>
        <dd>{percent(lossInPercent)}</dd>
        <dt>
          <Trans>Lost on the way to them</Trans>
        </dt>
        <dd>{percent(lossOutPercent)}</dd>
        <dt>
          <Trans>Estimated score</Trans>
        </dt>
        <dd>{score === undefined ? unknown : t`${score} of 4.5`}</dd>
        {theirScore !== undefined && (
          <>
            <dt>
              <Trans>Score at the other end</Trans>
            </dt>
            <dd>{t`${theirScore} of 5`}</dd>
          </>
        )}
      </dl>
    </>
  );
}
