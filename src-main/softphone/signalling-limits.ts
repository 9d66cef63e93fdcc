import { headStartMs } from '../core/raced-tcp.ts';

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
  /** One address of a server has this time before the next is tried beside it (RFC 8305 section 8). */
  headStartMs,
  /** DNS has this time for one answer; without it the system's own resolution is left to connecting. */
  lookUpTimeoutMs: 2_000,
  /** A stream that was asked to end is torn down after this time. */
  closeGraceMs: 500,
  /**
   * Time between two signs of life while nothing happens, where the server names none (Flow-Timer): far below the
   * minutes after which firewalls forget a connection, and bearable for a server with ten thousand phones.
   */
  idlePingMs: 30_000,
  /** The shortest Flow-Timer that is obeyed: a server must not be able to make us flood it. */
  flowTimerFloorMs: 5_000,
  /**
   * While an INVITE has no answer, what the person sees and what is written waits so long: a frame or two, which nobody
   * notices, and as long as a phone server in the same house needs.
   */
  firstAnswerMs: 20,
  /** During calls, after a change of network, and while a request has no answer. */
  alertPingMs: 2_000,
  /** A server that was heard so lately is not asked on account of a press that announces a call. */
  freshSignMs: 1_000,
  /** No sign of life this long after asking: the server hangs. With `alertPingMs` it is found within 4.5 s. */
  pingTimeoutMs: 2_500,
  /** Over UDP a question is asked anew after this time: with 30 % loss one in two thousand then finds no answer. */
  askAgainMs: 500,
  /** The server's sign of life is asked for when a request has had no answer for so long. */
  unansweredMs: 1_000,
  /** A request that has no answer after this time gets none (timers B and F). */
  requestLifeMs: 32_000,
  /** Signs of life in a row after which a change of network is past. */
  calmAfterPongs: 3,
  /** A server that is not in use has this time to answer OPTIONS. */
  optionsTimeoutMs: 4_000,
  /** REGISTER until given up; shorter than timer F (32 s) so that the next server has its turn. */
  registerTimeoutMs: 8_000,
  /** The registration is renewed when this part of it has passed. */
  registerRefreshFraction: 0.75,
  /** The shortest renewal, whatever the registrar grants. */
  registerRefreshFloorMs: 5_000,
  /** A NAT that moves us more often is not followed: our registrations would be the load. */
  contactMoveFloorMs: 10_000,
  /** Unified CM registers for 120 s whatever is asked, and its phones renew so long before the end. */
  shortRenewalLeadMs: 5_000,
  /** Between two keepalives of the node that stands by (Unified CM: 115 s). */
  standbyIntervalMs: 115_000,
  /** Signing out waits so long for the registrar's answer. */
  unregisterTimeoutMs: 1_000,
  /** BYE and CANCEL at shutdown get this time. */
  hangUpGraceMs: 1_000,
  /** SIP.js answers 480 by itself after this time (seconds); servers give up long before. */
  ringTimeoutS: 600,
  /** A call follows so many 3xx answers; more is a loop. */
  redirects: 5,
  /** A dialog that goes on over another server is refreshed so often: the far end cannot tell its end over the old one. */
  detourRefreshMs: 30_000,
  /** The refresh of a dialog has this time; what hangs longer is tried again later. */
  refreshTimeoutMs: 8_000,
  /** A call that lost its media process is offered anew within this time, or ended. */
  reofferTimeoutMs: 2_000,
  /** Hold and resume: no phone on a working network needs longer for its answer. */
  holdTimeoutMs: 4_000,
  /** A transfer of which the far end tells nothing for so long is said to be so; phones ring longer, and tell nothing more. */
  transferQuietMs: 20_000,
  /** The far end of a transfer that tells nothing for so long tells nothing at all. */
  transferSilenceMs: 180_000,
  /** A subscription to a transfer is not taken for over before this time, whatever the far end grants. */
  transferSubscriptionFloorMs: 60_000,
  /** Who transferred us ends the old call; when it does not within this time, we do. */
  transferGraceMs: 2_000,
} as const;
