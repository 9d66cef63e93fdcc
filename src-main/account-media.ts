import type { AccountParts } from './account-parts.ts';
import type { PhoneConfig } from './account/account-config.ts';
import type { CallMediaFactory } from './softphone/call-media.ts';
import { DirectMediaFactory } from './softphone/direct-media.ts';
import { GatewayMediaFactory } from './softphone/gateway-media.ts';

/** Whether the window speaks WebRTC with the phone server itself, without the media gateway. */
export function speaksWebRtc(config: PhoneConfig): boolean {
  return config.transport === 'ws' || config.transport === 'wss';
}

/** WebSocket servers speak WebRTC themselves; everything else gets plain RTP through our own gateway. */
export function mediaFactory(
  config: PhoneConfig,
  parts: Pick<AccountParts, 'gateway' | 'windows' | 'callSettings'>,
): CallMediaFactory {
  // Read for each call: another order is no reason to start the phone line anew.
  const audioCodecs = (): readonly string[] => parts.callSettings().audioCodecs;
  if (speaksWebRtc(config)) {
    return new DirectMediaFactory(parts.windows, audioCodecs, config, config.transport === 'wss');
  }
  return new GatewayMediaFactory(parts.gateway, parts.windows, audioCodecs, {
    mode: config.mediaEncryption,
    keysAreSecret: config.transport === 'tls',
  });
}
