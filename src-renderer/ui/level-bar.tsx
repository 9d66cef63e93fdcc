/** Steps of a level, as many as a telephone's display has. */
const steps = 24;

/** How loud something is now, 0 to 1. */
export function LevelBar({ level, label }: { readonly level: number; readonly label: string }) {
  const lit = Math.round(Math.min(1, Math.max(0, level)) * steps);
  return (
    <div
      className="level"
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round((lit / steps) * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      {Array.from({ length: steps }, (_none, step) => (
        <i key={step} className={step < lit ? 'on' : ''} />
      ))}
    </div>
  );
}
