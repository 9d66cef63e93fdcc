import type { FuzzTarget } from './fuzz-target.ts';

/** The targets of `npm run fuzz`; each module is loaded only when it is asked for. */
export const targets: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  sip: async () => new (await import('./sip-target.ts')).SipTarget(),
  sdp: async () => new (await import('./sdp-target.ts')).SdpTarget(),
  rtp: async () => new (await import('./rtp-target.ts')).RtpTarget(),
  rtcp: async () => new (await import('./rtcp-target.ts')).RtcpTarget(),
};
