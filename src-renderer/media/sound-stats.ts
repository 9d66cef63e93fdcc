import type { CallOutput } from '../../src-shared/contract/contract.ts';

/** The sound of a peer connection out of its statistics (W3C webrtc-stats: inbound-rtp and remote-inbound-rtp). */
export function readSoundStats(report: Iterable<readonly [string, unknown]>): CallOutput<'media.stats'> {
  let packets = 0;
  let lost = 0;
  let jitterMs = 0;
  let lastPacketAtMs: number | undefined;
  let reported: CallOutput<'media.stats'>['reported'];
  for (const [, entry] of report) {
    if (typeof entry !== 'object' || entry === null || Reflect.get(entry, 'kind') !== 'audio') continue;
    const number = (name: string): number | undefined => {
      const value: unknown = Reflect.get(entry, name);
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    };
    const type: unknown = Reflect.get(entry, 'type');
    if (type === 'inbound-rtp') {
      packets = number('packetsReceived') ?? 0;
      // Duplicates make it negative (RFC 3550 section 6.4.1).
      lost = Math.max(0, number('packetsLost') ?? 0);
      jitterMs = Math.round((number('jitter') ?? 0) * 1_000);
      lastPacketAtMs = number('lastPacketReceivedTimestamp');
    } else if (type === 'remote-inbound-rtp') {
      const roundTripS = number('roundTripTime');
      reported = {
        lossPercent: Math.round(Math.min(1, Math.max(0, number('fractionLost') ?? 0)) * 1_000) / 10,
        jitterMs: Math.round((number('jitter') ?? 0) * 1_000),
        atMs: Math.round(number('timestamp') ?? 0),
        ...(roundTripS === undefined ? {} : { roundTripMs: Math.round(roundTripS * 1_000) }),
      };
    }
  }
  return {
    packets,
    lost,
    jitterMs,
    ...(lastPacketAtMs === undefined ? {} : { lastPacketAtMs: Math.round(lastPacketAtMs) }),
    ...(reported === undefined ? {} : { reported }),
  };
}
