/** The ends of the capability score. */
export const lowestScore = 1;
export const highestScore = 9.9;
/** From here on a computer sends 720p at 30 frames a second with half of the processor left. */
export const hdScore = 5.9;

/** A score as a part of the whole scale, 0 to 1. */
export function scorePart(score: number): number {
  return Math.max(0, Math.min(1, (score - lowestScore) / (highestScore - lowestScore)));
}

/** Where a score lies on the half circle of the gauge: 1.0 at the left end, 9.9 at the right. */
export function gaugePoint(score: number, radius: number, center: { readonly x: number; readonly y: number }) {
  const angle = Math.PI * (1 - scorePart(score));
  return { x: center.x + radius * Math.cos(angle), y: center.y - radius * Math.sin(angle) };
}

/** One decimal, always shown. */
export function scoreText(score: number): string {
  return score.toFixed(1);
}
