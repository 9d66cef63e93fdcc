/** The bounds of the media gateway: unit in the name, reason beside it. */
export const gatewayLimits = {
  /** Sessions of one gateway process: the product's eight calls, and as many that are still closing. */
  sessions: 16,
  /** Renderer legs: one per session and a few warm ones. */
  rendererLegs: 20,
  /** Bytes of one RTP or RTCP packet; Ethernet carries 1,500, nothing honest is larger than a jumbo's half. */
  packetBytes: 4_096,
  /** Ports bound ahead of calls: the service process keeps one, and replaces it when the address changes. */
  reservations: 4,
  /** After a call took the ports kept for it, the next are bound when it is set up: on the way to its far end it has company enough. */
  spareRenewalMs: 1_500,
  /** Characters of one SDP; Chromium's offer with every codec has about 8,000. */
  sdpCharacters: 65_536,
  /** Lines of one SDP. */
  sdpLines: 2_000,
  /** m-lines of one SDP; each costs a refusal in the answer. */
  sdpMediaLines: 16,
  /** Formats of one m-line: there are 128 payload types. */
  sdpFormats: 128,
  /** SDES keys of one m-line: there are not so many suites. */
  sdpKeys: 32,
  /** Digits waiting to be sent; the longest thing that people paste is a conference number with a PIN. */
  dtmfDigits: 64,
  /** Attempts to find an even and odd pair of free ports before the range counts as full. */
  portAttempts: 250,
  /** Packets in a row that a source other than the signalled one has to send before we follow it. */
  latchPackets: 5,
  /** The source in use has to be silent so long before another port of the same address takes over. */
  latchSilenceSameAddressMs: 100,
  /** The same for another address: a stranger who floods us cannot take a running call. */
  latchSilenceOtherAddressMs: 1_000,
  /** At most one request for a whole picture in this time goes out as SIP INFO. */
  keyframeIntervalMs: 1_000,
  /** A request to the gateway process has this deadline; it does nothing slow. */
  requestDeadlineMs: 2_000,
  /** The gateway process says that it lives so often. */
  heartbeatMs: 1_000,
  /** Without a word for so long it counts as frozen and is ended. Long: a loaded computer stalls for seconds. */
  silenceMs: 5_000,
  /** After `stop`, or after the parent is gone, the process has this time to end by itself. */
  stopGraceMs: 800,
  /** After an exception that nobody caught the process has so long to tell of it. */
  lastWordMs: 50,
  /** Characters of such a fault: its stack, not what somebody sent. */
  faultCharacters: 4_000,
  /** Short lives in a row that are answered with an immediate restart; after them the pause doubles. */
  immediateRestarts: 3,
  shortLifeMs: 30_000,
  restartPauseMs: 1_000,
  restartPauseMaxMs: 30_000,
} as const;

/**
 * Fixed ranges, one per kind of media, because Windows marks packets by policy and a policy needs
 * a range. All below 32768, where Linux begins to hand out ports of its own.
 */
export const defaultPorts = {
  audio: { first: 16_400, last: 17_399 },
  video: { first: 17_400, last: 18_399 },
  /** The renderer's leg on 127.0.0.1. */
  loopback: { first: 18_400, last: 19_399 },
} as const;

/**
 * DSCP values of RFC 4594 by the kind of call: EF for telephony, AF41 for conferencing with video. The sound of a video
 * call has that of its picture, so that the network does not part the two (section 4.3).
 */
export const dscpValues = { audioCall: 46, videoCall: 34 } as const;
