/** What Chromium has and TypeScript's DOM library does not know yet. Types only: `import type {} from` this file. */
declare global {
  /** W3C WebRTC 1.0, in Chromium since 121. */
  interface RTCRtpEncodingParameters {
    codec?: RTCRtpCodec;
  }

  /** Web Audio API 1.1, in Chromium since 110. */
  interface AudioContext {
    setSinkId?(deviceId: string): Promise<void>;
  }
}

export type {};
