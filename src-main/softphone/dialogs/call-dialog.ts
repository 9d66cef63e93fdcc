import { SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Random } from '../../core/server-list.ts';
import type { CallerIdentity } from '../caller-identity.ts';
import type { SdpExchange } from '../sdp-exchange.ts';
import {
  headerTokens,
  headerValue,
  headerValues,
  isResponse,
  methodOf,
  sdpOf,
  sequenceOf,
  statusCode,
  tagOf,
  withBody,
  withHeaders,
} from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { assertedParty } from './asserted-party.ts';
import { DialogRequests } from './dialog-requests.ts';
import type { DialogAnswer } from './dialog-requests.ts';
import { dialogOf, noteRequest, retarget } from './dialog-state.ts';
import { answerUpdate } from './incoming-update.ts';
import { redirectTargets } from './redirect-targets.ts';
import { ReliableProvisionals, requiresReliable, withoutReliable } from './reliable-provisionals.ts';
import { serverRequest } from './server-request.ts';
import {
  agreedInterval,
  answerTimer,
  isIntervalTooSmall,
  minSe,
  requestTimerHeaders,
  shortestIntervalS,
} from './session-expires.ts';
import { SessionTimer } from './session-timer.ts';
import type { RefreshOutcome, SessionInterval } from './session-timer.ts';

/** An 18x answer to our INVITE, as it was on the wire. */
export interface Provisional {
  readonly status: number;
  /** SDP of early media (RFC 3960); empty when there is none. */
  readonly sdp: string;
  /** RFC 3262: it is acknowledged, and its SDP is final. */
  readonly isReliable: boolean;
}

/** The call that a dialog belongs to. */
export interface CallDialogOwner {
  readonly exchange: SdpExchange;
  provisional(provisional: Provisional): void;
  /** The server asserts who is at the far end; only when that changed. */
  identified(party: CallerIdentity): void;
  /** The session timer ran out, or the far end does not know the call any more: BYE is due. */
  expired(): void;
}

export interface CallDialogOptions {
  readonly session: Inviter | Invitation;
  readonly owner: CallDialogOwner;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Domain of our own address: numbers of others are shown with theirs. */
  readonly ownDomain: string;
  /** The INVITE that began an incoming call. */
  readonly invite?: SipMessage;
  /** The least session interval that a 422 asked for, in seconds. */
  readonly leastIntervalS?: number;
  /** Puts a message on the wire that SIP.js did not make. */
  readonly send: (message: SipMessage) => void;
  /** Sends an answer that SIP.js does not make. */
  readonly answer: (request: SipMessage, status: number, headers?: Readonly<Record<string, string>>) => void;
}

interface Asked {
  readonly request: SipMessage;
  readonly answered?: Readonly<Record<string, string | undefined>>;
}

/** More requests than this are never repeated at the same time. */
const askedKept = 8;

/**
 * What SIP.js lacks in the dialog of one call: session timers, UPDATE, early media, collisions. It sees every message
 * of the call at the wire; SIP.js keeps the dialog itself.
 */
export class CallDialog {
  readonly #options: CallDialogOptions;
  readonly #requests: DialogRequests;
  readonly #timer: SessionTimer;
  /** Requests of theirs, by CSeq, and the headers of our 2xx once it was sent; it may be repeated. */
  readonly #asked = new Map<string, Asked>();
  /** SDP that answered our INVITE early, by the tag of the phone. */
  readonly #early = new Map<string, string>();
  readonly #reliable: ReliableProvisionals | undefined;
  #leastIntervalS: number;
  #theyTakeUpdate = false;
  #redirects: readonly string[] = [];
  #party: CallerIdentity | undefined;

  constructor(options: CallDialogOptions) {
    this.#options = options;
    const { session, owner, clock, random } = options;
    this.#leastIntervalS = options.leastIntervalS ?? shortestIntervalS;
    this.#requests = new DialogRequests({ session, exchange: owner.exchange, clock, random });
    this.#timer = new SessionTimer({
      clock,
      refresh: () => this.refresh(),
      expired: () => {
        owner.expired();
      },
    });
    const { invite, send } = options;
    if (invite === undefined) return;
    this.#noteRequest(invite);
    this.#party = assertedParty(invite, options.ownDomain);
    this.#reliable = new ReliableProvisionals({
      ...{ invite, clock, random, resend: send },
      lost: () => {
        owner.expired();
      },
    });
  }

  /**
   * False: no ringing can be told, as the caller wants it reliable and has made no offer, so that it would have to
   * carry ours (RFC 3262 section 5), which opens the microphone.
   */
  get canRing(): boolean {
    const { invite } = this.#options;
    return invite === undefined || sdpOf(invite) !== undefined || !requiresReliable(invite);
  }

  /** What the session timer keeps to; undefined without one. */
  get sessionInterval(): SessionInterval | undefined {
    return this.#timer.interval;
  }

  /** The interval that the next INVITE has to ask for after a 422, in seconds. */
  get leastIntervalS(): number {
    return this.#leastIntervalS;
  }

  /** Where a 3xx sent the call, the best address first. */
  get redirects(): readonly string[] {
    return this.#redirects;
  }

  /** Nothing is sent or told any more. */
  close(): void {
    this.#timer.stop();
    this.#reliable?.over();
  }

  /** A new offer in a re-INVITE, after whatever else is under way; a collision is tried again. Never rejects. */
  reinvite(): Promise<DialogAnswer> {
    return this.#requests.reinvite();
  }

  /** A new offer in UPDATE. Never rejects. */
  updateWithOffer(): Promise<DialogAnswer> {
    return this.#requests.update(true);
  }

  /**
   * Asks whether the far end still has the call, and tells it our address anew: UPDATE where it takes that, else
   * re-INVITE (RFC 4028 section 7.4). Never rejects.
   * @param withOffer re-INVITE in any case: the sound comes from another address, too
   */
  async refresh(withOffer = false): Promise<RefreshOutcome> {
    if (this.#options.session.state !== SessionState.Established) return 'later';
    const before = this.#leastIntervalS;
    let answer = await this.#refreshOnce(withOffer);
    // 422 named a longer interval (RFC 4028 section 7.3).
    if (answer.outcome === 'refused' && answer.status === 422 && this.#leastIntervalS > before) {
      answer = await this.#refreshOnce(withOffer);
    }
    if (answer.outcome === 'accepted') return 'done';
    this.#options.log.info('a refresh of a call was refused', { status: answer.status });
    // RFC 3261 section 12.2.1.2.
    return answer.status === 481 || answer.status === 408 ? 'gone' : 'later';
  }

  async #refreshOnce(withOffer: boolean): Promise<DialogAnswer> {
    if (withOffer || !this.#theyTakeUpdate) return this.#requests.reinvite();
    const answer = await this.#requests.update(false);
    if (answer.outcome === 'accepted' || ![405, 420, 501].includes(answer.status)) return answer;
    this.#theyTakeUpdate = false;
    return this.#requests.reinvite();
  }

  incoming(message: SipMessage): SipMessage | undefined {
    return isResponse(message) ? this.#response(message) : this.#request(message);
  }

  outgoing(message: SipMessage): SipMessage {
    const method = methodOf(message);
    if (method !== 'INVITE' && method !== 'UPDATE') return message;
    if (isResponse(message)) return this.#answered(message);
    const timed = withHeaders(message, requestTimerHeaders(this.#timer.interval, this.#leastIntervalS));
    // SIP.js cannot acknowledge what a re-INVITE is answered with provisionally.
    return tagOf(message, 'to') === '' ? timed : withoutReliable(timed);
  }

  #request(request: SipMessage): SipMessage | undefined {
    const method = methodOf(request);
    if (method === 'PRACK') {
      this.#acknowledged(request);
      return undefined;
    }
    if (method !== 'INVITE' && method !== 'UPDATE') return request;
    if (isIntervalTooSmall(request)) {
      this.#options.answer(request, 422, { 'Min-SE': String(shortestIntervalS) });
      return undefined;
    }
    this.#noteRequest(request);
    const { session, owner, random } = this.#options;
    this.#identify(request);
    if (method === 'INVITE') return this.#withContact(request);
    answerUpdate(session.userAgent, request, owner.exchange, random);
    return undefined;
  }

  /** PRACK (RFC 3262 section 3): SIP.js takes it before the answer only. */
  #acknowledged(prack: SipMessage): void {
    const { userAgent } = this.#options.session;
    const server = serverRequest(userAgent, prack);
    if (server === undefined) return;
    const dialog = dialogOf(userAgent.userAgentCore, server.message);
    const sequence = sequenceOf(prack);
    const isKnown = dialog !== undefined && sequence !== undefined && this.#reliable?.acknowledged(prack) === true;
    if (isKnown) noteRequest(dialog, prack, sequence);
    server.reply(isKnown ? 200 : 481);
  }

  /** Some leave Contact out of a re-INVITE, which SIP.js refuses: the far end is where it was. */
  #withContact(request: SipMessage): SipMessage {
    const target = this.#options.session.dialog?.remoteTarget.toString();
    return target === undefined || headerValue(request, 'contact') !== undefined
      ? request
      : withHeaders(request, { Contact: `<${target}>` });
  }

  #noteRequest(request: SipMessage): void {
    this.#notePeer(request);
    this.#asked.set(headerValue(request, 'cseq') ?? '', { request });
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > askedKept && oldest !== undefined) this.#asked.delete(oldest);
  }

  /** An answer of ours to INVITE or UPDATE goes out. */
  #answered(response: SipMessage): SipMessage {
    const status = statusCode(response);
    const key = headerValue(response, 'cseq') ?? '';
    const asked = this.#asked.get(key);
    if (asked === undefined || status <= 100) return response;
    if (status < 200) return this.#reliable?.outgoing(response) ?? response;
    if (methodOf(response) === 'INVITE') this.#reliable?.over();
    if (status >= 300) {
      this.#asked.delete(key);
      return response;
    }
    if (asked.answered !== undefined) return withHeaders(response, asked.answered);
    const { interval, headers } = answerTimer(asked.request);
    this.#asked.set(key, { ...asked, answered: headers });
    this.#timer.agreed(interval);
    return withHeaders(response, headers);
  }

  #response(response: SipMessage): SipMessage {
    const method = methodOf(response);
    if (method !== 'INVITE' && method !== 'UPDATE') return response;
    const status = statusCode(response);
    if (status === 422) this.#leastIntervalS = Math.max(this.#leastIntervalS, minSe(response));
    const isInDialog = this.#options.session.state === SessionState.Established;
    if (method === 'INVITE' && !isInDialog && status > 100 && status < 200) return this.#provisional(response);
    if (status >= 200 && status < 300) {
      this.#notePeer(response);
      this.#timer.agreed(agreedInterval(response));
      this.#identify(response);
      return method === 'INVITE' && !isInDialog ? this.#accepted(response) : response;
    }
    // SIP.js tells nobody of a redirected re-INVITE, and no other would be sent ever after.
    if (method === 'INVITE' && isInDialog && status >= 300 && status < 400) {
      return { ...response, startLine: 'SIP/2.0 488 Not Acceptable Here' };
    }
    if (method === 'INVITE' && status >= 300 && status < 400) {
      this.#redirects = redirectTargets(headerValues(response, 'contact'));
      // SIP.js drops what it cannot read all of, and `tel:` is such.
      return withHeaders(response, { Contact: undefined });
    }
    return response;
  }

  /**
   * Early media is taken here. SIP.js would hold the SDP of the first 18x for the answer, whatever the 2xx says, and
   * drops an 18x without Contact; inventing a Contact would misroute the ACK.
   */
  #provisional(response: SipMessage): SipMessage {
    const sdp = sdpOf(response);
    const isReliable =
      headerTokens(response, 'require').includes('100rel') && headerValues(response, 'rseq').length > 0;
    if (sdp !== undefined) this.#early.set(tagOf(response, 'to'), sdp);
    this.#options.owner.provisional({ status: statusCode(response), sdp: sdp ?? '', isReliable });
    this.#identify(response);
    const bare = sdp === undefined ? response : withBody(response, '');
    // PRACK needs a dialog (RFC 3262 section 4), and that an address.
    return isReliable ? this.#reachable(bare) : bare;
  }

  /** The call was answered. SIP.js keeps to the Contact of the first 18x (RFC 6026 and all others take the 2xx's). */
  #accepted(response: SipMessage): SipMessage {
    const answered = this.#reachable(this.#withEarlySdp(response));
    const { dialogs } = this.#options.session.userAgent.userAgentCore;
    const id = `${headerValue(response, 'call-id') ?? ''}${tagOf(response, 'from')}${tagOf(response, 'to')}`;
    const early = dialogs.get(id);
    if (early !== undefined) retarget(early, headerValue(answered, 'contact') ?? '');
    return answered;
  }

  /** Without Contact SIP.js drops what makes a dialog. Our server knows where the one is that we called. */
  #reachable(response: SipMessage): SipMessage {
    if (headerValue(response, 'contact') !== undefined) return response;
    const { request } = this.#options.session;
    const target = request.ruri?.toString();
    return target === undefined ? response : withHeaders(response, { Contact: `<${target}>` });
  }

  /** Somebody else may be at the far end now (RFC 3325, RFC 5876). */
  #identify(message: SipMessage): void {
    const { owner, ownDomain } = this.#options;
    const party = assertedParty(message, ownDomain);
    if (party === undefined || (party.number === this.#party?.number && party.name === this.#party.name)) return;
    this.#party = party;
    owner.identified(party);
  }

  /** The answer may have come in an 18x only (RFC 3262 section 5; some send it so without being reliable). */
  #withEarlySdp(response: SipMessage): SipMessage {
    const early = this.#early.get(tagOf(response, 'to'));
    return early === undefined || sdpOf(response) !== undefined
      ? response
      : withBody(response, early, 'application/sdp');
  }

  #notePeer(message: SipMessage): void {
    const allowed = headerTokens(message, 'allow');
    if (allowed.length > 0) this.#theyTakeUpdate = allowed.includes('update');
  }
}
