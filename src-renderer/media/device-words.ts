import { t } from '@lingui/core/macro';
import type { DeviceMove } from './device-ranking.ts';

/** What a person is told when the sound of a call went to another device by itself; undefined: nothing moved. */
export function deviceMoveWords(
  microphone: DeviceMove | undefined,
  speaker: DeviceMove | undefined,
): string | undefined {
  const move = speaker ?? microphone;
  if (move === undefined) return undefined;
  const to = move.to === '' ? t`the system’s own device` : move.to;
  if (move.why === 'pluggedIn') return t`${to} is back. The call uses it now.`;
  if (microphone?.why === 'unplugged' && speaker?.why === 'unplugged')
    return t`Your headset was unplugged. The call moved to ${to}.`;
  return speaker === undefined
    ? t`Your microphone was unplugged. The call uses ${to} now.`
    : t`Your speaker was unplugged. The call moved to ${to}.`;
}
