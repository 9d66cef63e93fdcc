import { useLingui } from '@lingui/react/macro';
import { gaugePoint, hdScore, highestScore, lowestScore, scoreText } from './score.ts';

const radius = 84;
const center = { x: 120, y: 104 };

function arc(from: number, to: number): string {
  const start = gaugePoint(from, radius, center);
  const end = gaugePoint(to, radius, center);
  return ['M', start.x, start.y, 'A', radius, radius, 0, 0, 1, end.x, end.y].join(' ');
}

/** Half-circle gauge with a tick where HD becomes possible. `score` undefined: not measured. */
export function Gauge({ score }: { readonly score: number | undefined }) {
  const { t } = useLingui();
  const shown = score === undefined ? '–' : scoreText(score);
  const highest = scoreText(highestScore);
  const needed = scoreText(hdScore);
  const label =
    score === undefined
      ? t`Capability score not measured yet. HD video needs ${needed} of ${highest}.`
      : t`Capability score ${shown} of ${highest}. HD video needs ${needed}.`;
  const inner = gaugePoint(hdScore, radius - 8, center);
  const outer = gaugePoint(hdScore, radius + 8, center);
  const text = gaugePoint(hdScore, radius + 20, center);
  return (
    <svg className="gauge" width="240" height="146" viewBox="0 -14 240 146" role="img" aria-label={label}>
      <path d={arc(lowestScore, highestScore)} className="gauge__track" />
      {score !== undefined && score > lowestScore && <path d={arc(lowestScore, score)} className="gauge__val" />}
      <path d={['M', inner.x, inner.y, 'L', outer.x, outer.y].join(' ')} className="gauge__tick" />
      <text
        x={text.x}
        y={text.y + 3}
        textAnchor="middle"
        className={score !== undefined && score >= hdScore ? 'is-met' : ''}
      >
        {t`HD`}
      </text>
      <text x={center.x} y={center.y - 8} textAnchor="middle" className="gauge__num">
        {shown}
      </text>
      <text x={center.x} y={center.y + 10} textAnchor="middle">
        {t`of ${highest}`}
      </text>
      <text x={center.x - radius} y={center.y + 22} textAnchor="middle">
        {scoreText(lowestScore)}
      </text>
      <text x={center.x + radius} y={center.y + 22} textAnchor="middle">
        {highest}
      </text>
    </svg>
  );
}
