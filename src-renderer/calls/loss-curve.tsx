import { Trans, useLingui } from '@lingui/react/macro';
import { lossCurve, lossLimitPercent } from './quality-grades.ts';
import type { LossPoint } from './quality-grades.ts';

const box = { width: 286, height: 40 } as const;

/** Packet loss over the last minute, with the line from which speech suffers. */
export function LossCurve({ points }: { readonly points: readonly LossPoint[] }) {
  const { t } = useLingui();
  const last = points.at(-1);
  const { line, limitY } = lossCurve(points, last?.atMs ?? 0, box);
  const worst = Math.max(0, ...points.map(({ percent }) => percent));
  const now = last?.percent ?? 0;
  return (
    <figure className="qpop__spark">
      <svg
        width={box.width}
        height={box.height}
        viewBox={`0 0 ${String(box.width)} ${String(box.height)}`}
        role="img"
        aria-label={
          last === undefined
            ? t`Packet loss over the last minute: not known`
            : t`Packet loss over the last minute: ${now} % now, ${worst} % at worst`
        }
      >
        <path d={`M0 ${String(limitY)}h${String(box.width)}`} className="spark__limit" />
        <polyline points={line} />
      </svg>
      <figcaption>
        <span>
          <Trans>Loss, last minute</Trans>
        </span>
        <span>
          <Trans>{lossLimitPercent} % limit</Trans>
        </span>
      </figcaption>
    </figure>
  );
}
