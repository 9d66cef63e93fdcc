/** Limits and times of SIP signalling: unit in the name, reason beside it. */
export const signallingLimits = {
  /** Header part of one message on a stream; more is an attack or not SIP. */
  headerBytes: 64 * 1024,
  /** Body of one message; the largest real SDP stays far below. */
  bodyBytes: 256 * 1024,
  /** A UDP datagram cannot be larger. */
  datagramBytes: 65_535,
  /** RFC 3261 section 18.1.1: larger requests belong on a stream; we log them. */
  udpRequestBytes: 1_300,
  /** TCP, TLS or WebSocket connection until given up. */
  connectTimeoutMs: 5_000,
  /** A stream that was asked to end is torn down after this time. */
  closeGraceMs: 500,
  /** RFC 5626 section 4.4.1: keeps NAT bindings of streams open. */
  crlfIntervalMs: 25_000,
  /** OPTIONS to the server; finds a hung server and keeps UDP bindings open. */
  optionsIntervalMs: 15_000,
  /** An unanswered OPTIONS ends the connection: no server on a working network needs longer. */
  optionsTimeoutMs: 4_000,
  /** REGISTER until given up; shorter than timer F (32 s) so that the next server has its turn. */
  registerTimeoutMs: 8_000,
  /** The registration is renewed when this part of it has passed. */
  registerRefreshFraction: 0.75,
  /** The shortest renewal, whatever the registrar grants. */
  registerRefreshFloorMs: 5_000,
  /** Signing out waits so long for the registrar's answer. */
  unregisterTimeoutMs: 1_000,
  /** BYE and CANCEL at shutdown get this time. */
  hangUpGraceMs: 1_000,
  /** SIP.js answers 480 by itself after this time (seconds); servers give up long before. */
  ringTimeoutS: 600,
  /** A call follows so many 3xx answers; more is a loop. */
  redirects: 5,
  /** A call that lost its media process is offered anew within this time, or ended. */
  reofferTimeoutMs: 2_000,
} as const;
