import { join } from 'node:path';
import type { AccountParts } from './account-parts.ts';
import type { PhoneConfig } from './account/account-config.ts';
import { CallRecordings } from './calls/call-recordings.ts';
import type { CallRecordingsOptions } from './calls/call-recordings.ts';
import type { CallMediaFactory } from './softphone/call-media.ts';
import { withHome } from './core/full-path.ts';
import { DirectMediaFactory } from './softphone/direct-media.ts';
import { GatewayMediaFactory } from './softphone/gateway-media.ts';

/** Whether the window speaks WebRTC with the phone server itself, without the media gateway. */
export function speaksWebRtc(config: PhoneConfig): boolean {
  return config.transport === 'ws' || config.transport === 'wss';
}

/**
 * WebSocket servers speak WebRTC themselves; everything else gets plain RTP through our own gateway. The
 * transport is for good; the rest of the configuration is read for each call.
 */
export function mediaFactory(
  config: () => PhoneConfig,
  parts: Pick<AccountParts, 'gateway' | 'windows' | 'callSettings'>,
): CallMediaFactory {
  // Read for each call: another order is no reason to start the phone line anew.
  const audioCodecs = (): readonly string[] => parts.callSettings().audioCodecs;
  const { transport } = config();
  if (speaksWebRtc(config())) {
    const ice = {
      get iceServers() {
        return config().iceServers;
      },
      get relayOnly() {
        return config().relayOnly;
      },
    };
    return new DirectMediaFactory(parts.windows, audioCodecs, ice, transport === 'wss');
  }
  const encryption = {
    get mode() {
      return config().mediaEncryption;
    },
    keysAreSecret: transport === 'tls',
  };
  return new GatewayMediaFactory(parts.gateway, parts.windows, audioCodecs, encryption);
}

/** Recordings as the settings want them. */
export function callRecordings(
  parts: Pick<AccountParts, 'callSettings' | 'documents' | 'home' | 'windows' | 'emit' | 'showFile' | 'clock' | 'log'>,
  { shown, isRunning }: Pick<CallRecordingsOptions, 'shown' | 'isRunning'>,
): CallRecordings {
  return new CallRecordings({
    folder: () => {
      const chosen = parts.callSettings().recordingFolder.trim();
      return chosen === '' ? join(parts.documents, 'Parley', 'Recordings') : withHome(chosen, parts.home);
    },
    format: () => parts.callSettings().recordingFormat,
    window: async (recordingId, callIds, format) => {
      await parts.windows.ask('media.record', { recordingId, callIds: [...callIds], format });
    },
    shown,
    isRunning,
    saved: (recording) => {
      parts.emit('call.recorded', recording);
    },
    showFile: parts.showFile,
    clock: parts.clock,
    log: parts.log('recordings'),
  });
}
