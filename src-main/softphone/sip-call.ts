import { SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { CallCapability, CallEndReason } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type {
  DeviceCall,
  DeviceCallEvent,
  DeviceCallListener,
  DivertReason,
  RunningState,
} from '../calls/call-device.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import { callCapabilitiesIn } from './call-capabilities.ts';
import { CallDigits } from './call-digits.ts';
import { CallHandover } from './call-handover.ts';
import { CallMove } from './call-move.ts';
import type { CallerIdentity } from './caller-identity.ts';
import type { CallDialog, CallDialogOwner, Provisional } from './dialogs/call-dialog.ts';
import { replacedCall } from './dialogs/replaces.ts';
import type { ReplacedCall, Replaces } from './dialogs/replaces.ts';
import { FarParty } from './far-party.ts';
import { farEndGoneWords, mediaFailureWords } from './media-words.ts';
import { OutgoingAttempts } from './outgoing-attempts.ts';
import { RingingHere } from './ringing-here.ts';
import type { SdpExchange } from './sdp-exchange.ts';
import { endEvent, endSession } from './session-ending.ts';
import { heardProvisional, listenToSession } from './session-events.ts';
import { SessionSound } from './session-sound.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { SipCallOptions } from './sip-call-options.ts';

/**
 * One call of the softphone: a SIP session, its media and the window's leg. The SIP state machine is SIP.js's, the
 * call's own is calls/call-machine.ts; here events of the one become events of the other.
 */
export class SipCall implements DeviceCall, CallDialogOwner {
  readonly handover: CallHandover;
  readonly #options: SipCallOptions;
  readonly #sound: SessionSound;
  readonly #digits: CallDigits;
  readonly #attempts: OutgoingAttempts;
  readonly #ringing: RingingHere;
  /** What waits for the far end's first word goes on. */
  #release: (() => void) | undefined;
  #session: Inviter | Invitation | undefined;
  #dialog: CallDialog | undefined;
  #listener: DeviceCallListener | undefined;
  #over = false;
  #established = false;
  /** Call-ID of the INVITE while it waits. */
  #waitsAs: string | undefined;
  readonly #move: CallMove;
  /** BYE or CANCEL came; SIP.js answers them and ends the session right after, so one of ours would cross theirs. */
  #farEnded = false;
  readonly #party = new FarParty((event) => {
    this.#tell(event);
  });

  /** Offer and answer of the call. */
  get exchange(): SdpExchange {
    return this.#sound.exchange;
  }

  /** The Call-ID of the dialog (RFC 3261 section 8.1.1.4). */
  get traceId(): string | undefined {
    return this.#session?.request.callId;
  }

  constructor(options: SipCallOptions) {
    this.#options = options;
    const session = (): Inviter | Invitation | undefined => (this.#over ? undefined : this.#session);
    this.#sound = new SessionSound({
      ...options,
      tell: this.#tell.bind(this),
      reinvite: () => (this.#over ? undefined : this.#dialog?.reinvite()),
      isEstablished: () => this.#established,
      isOver: () => this.#over,
      lost: (words, detail) => {
        this.#end('mediaFailed', words, detail);
      },
    });
    this.#move = new CallMove({
      ...options,
      repeatNext: () => {
        this.exchange.repeatNext();
      },
      refresh: async (withOffer) => (await this.#dialog?.refresh(withOffer)) ?? 'later',
      gone: () => {
        this.#end('remoteHungUp', undefined, 'the far end knows the call no longer');
      },
    });
    this.handover = new CallHandover({
      ...options,
      session,
      tell: this.#tell.bind(this),
      handedOver: () => {
        this.#end('transferred');
      },
    });
    this.#digits = new CallDigits({
      ...options,
      session,
      takesEvents: () => this.#sound.agreed.latest?.telephoneEvent !== undefined,
    });
    this.#ringing = new RingingHere({ ...options, session, sound: this.#sound.window, end: this.#end.bind(this) });
    this.#attempts = new OutgoingAttempts({
      ...options,
      session,
      carry: this.carry.bind(this),
      redirects: () => this.#dialog?.redirects ?? [],
      failed: (...why) => {
        if (this.#waitsAs !== undefined) options.held.neverMade(this.#waitsAs);
        this.#end(...why);
      },
    });
  }

  get callId(): string {
    return this.#options.callId;
  }

  get isAnswered(): boolean {
    return this.#established;
  }

  listen(listener: DeviceCallListener): void {
    this.#listener = listener;
  }

  /** Gives the call its SIP session, to a far end of this number. */
  carry(session: Inviter | Invitation, farNumber?: string): void {
    if (farNumber !== undefined) this.#party.begin(farNumber);
    if (this.#session !== undefined) this.#options.dialogs.close(this.#session);
    const leastIntervalS = this.#dialog?.leastIntervalS;
    this.#session = session;
    this.#dialog = this.#options.dialogs.open(session, this, leastIntervalS);
    listenToSession(session, {
      established: this.#isEstablished.bind(this),
      hungUp: (detail) => {
        this.#farEnded = true;
        this.#end(this.handover.expectsBye ? 'transferred' : 'remoteHungUp', undefined, detail);
      },
      cancelled: (reason) => {
        this.#farEnded = true;
        this.#end(reason);
      },
      referred: (referral) => {
        this.#options.onRefer(this, session, referral);
      },
      transferTold: (notification) => this.handover.notified(notification),
      ended: () => {
        this.#sessionEnded(session);
      },
    });
  }

  /** How the call is the one that an INVITE with Replaces names. */
  replacedBy(replaces: Replaces): ReplacedCall {
    return this.#session === undefined || this.#over ? 'unknown' : replacedCall(this.#session, replaces);
  }

  /** False where the caller takes ringing only with an offer of ours in it. */
  get canRing(): boolean {
    return this.#dialog?.canRing ?? true;
  }

  carries(session: unknown): boolean {
    return this.#session === session;
  }

  /** Everything is made, and its INVITE waits. */
  get waits(): boolean {
    return this.#waitsAs !== undefined;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Makes what can be made before it is known that the call is wanted, down to the INVITE, which does not leave. */
  prepare(): void {
    const { held, media } = this.#options;
    // Only there an offer is nobody else's business: a direct one would open the window's own connection.
    if (media.path !== 'gateway' || this.traceId === undefined) return;
    this.#waitsAs = this.traceId;
    held.hold(this.#waitsAs);
    this.exchange.prepareOffer();
    this.#attempts.send();
  }

  /** The call that was prepared is not wanted. Nothing of it was sent or told. */
  discard(): void {
    this.#over = true;
    const { dialogs, held, log, media } = this.#options;
    if (this.#session !== undefined) dialogs.close(this.#session);
    if (this.#waitsAs !== undefined) held.discard(this.#waitsAs);
    else {
      this.#session?.dispose().catch((error: unknown) => {
        log.debug('a session that never began was not disposed of', { error });
      });
    }
    void media.close();
  }

  /** Sends the INVITE at once; microphone, window leg and all else come up behind it, and behind a quick answer. */
  invite(): void {
    const { afterwards, held } = this.#options;
    const waitedAs = this.#waitsAs;
    this.#waitsAs = undefined;
    if (waitedAs !== undefined) held.release(waitedAs);
    this.#release = afterwards.hold(signallingLimits.firstAnswerMs);
    if (waitedAs === undefined) this.#attempts.send();
    afterwards.run(() => {
      if (this.#over) return;
      this.#sound.window.bringUp().catch((error: unknown) => {
        this.#end('mediaFailed', mediaFailureWords(error), error);
      });
    });
  }

  /** An 18x as it was on the wire. */
  provisional(provisional: Provisional): void {
    if (this.#over || this.#established) return;
    heardProvisional(provisional, {
      ...this.#options,
      exchange: this.exchange,
      tell: this.#tell.bind(this),
      earlySound: () => {
        // What can be done has changed: an announcement may ask for a key.
        if (!this.#over && !this.#established && this.#hasEarlySound) {
          this.#tell({ type: 'media', ...this.#sound.agreed.shown });
        }
      },
    });
  }

  capabilities(state: RunningState): readonly CallCapability[] {
    return callCapabilitiesIn(state, {
      isIncoming: this.#isIncoming(),
      takesDigits: this.#digits.possible,
      takesDigitsEarly: this.#hasEarlySound && this.#digits.possibleEarly,
    });
  }

  answer(): Promise<void> {
    return this.#ringing.answer();
  }

  decline(): Promise<void> {
    return this.#ringing.decline();
  }

  /** No room for one more call. */
  refuseAsBusy(): void {
    this.#end('busy');
  }

  /** True when the offer of an INVITE is of no use here; it was refused then, and the call is over in words. */
  refusesOffer(offerSdp: string): boolean {
    return this.#ringing.refusesOffer(offerSdp);
  }

  hangUp(): Promise<void> {
    this.#end('hungUp');
    return Promise.resolve();
  }

  mute(muted: boolean): Promise<void> {
    return this.#sound.window.mute(muted);
  }

  dtmf(digits: string): Promise<void> {
    if (this.#session !== undefined) this.#options.dialogs.pressed(this.#session, digits);
    return this.#digits.send(digits);
  }

  hold(): Promise<void> {
    return this.#sound.hold.hold();
  }

  resume(): Promise<void> {
    return this.#sound.hold.resume();
  }

  divert(target: DialTarget, reason: DivertReason): Promise<void> {
    return this.#ringing.divert(target, reason);
  }

  transfer(target: DialTarget): Promise<void> {
    return this.handover.order({ uri: this.#options.addressOf(target) });
  }

  async transferTo(other: DeviceCall): Promise<void> {
    const handover = other instanceof SipCall ? other.handover : undefined;
    const address = handover?.addressForOthers;
    if (handover === undefined || address === undefined) {
      throw new AppError('unsupported', t('These two calls cannot be joined.'));
    }
    await this.handover.order(address, handover);
  }

  /** The window told how its leg is. */
  windowLeg(state: MediaLegState, detail: string): void {
    if (!this.#over) this.#sound.window.leg(state, detail);
  }

  /** A window took the lease: it has no leg of this call yet. */
  windowChanged(): void {
    // While it rings here there is no sound to bring back.
    if (this.#over || this.#ringing.session !== undefined) return;
    this.#sound.window.restore();
  }

  /** The media process died. Offers anew within the time allowed, or ends the call in words. */
  mediaDied(): void {
    if (this.#over) return;
    if (!this.#established) {
      // An incoming call that still rings has no media yet.
      if (!this.#isIncoming() || this.#session?.state === SessionState.Establishing) this.#sound.renewal.isDue();
      return;
    }
    this.#sound.renewal.begin();
  }

  /**
   * Signalling goes over another connection. A call that rings here is answered over the new one if that leads to the
   * same server, which knows the request by its Via; an answer to us is lost with the old connection.
   */
  signallingMoved(localAddress: string | undefined, isSameServer: boolean): void {
    if (this.#over) return;
    if (localAddress !== undefined) this.#move.soundTo(localAddress);
    if (this.#established) this.#move.signallingMoved();
    else if (!this.#isIncoming() || !isSameServer)
      this.#end('network', t('The phone server went away before the call was answered. Call again.'));
  }

  /** Ends the call because the device stops. */
  shutDown(): void {
    this.#end('hungUp');
  }

  /** Ends the call because the computer goes to sleep; one that still rang was missed. */
  fallAsleep(): void {
    const stillRings = this.#isIncoming() && !this.#established;
    this.#end(stillRings ? 'unavailable' : 'hungUp', t('This computer went to sleep, and the call ended. Call again.'));
  }

  /** The server says who is at the far end now. */
  identified(party: CallerIdentity): void {
    if (!this.#over) this.#party.identified(party);
  }

  /** The session timer ran out, or the far end does not know the call any more. */
  expired(): void {
    this.#end('network', t(farEndGoneWords));
  }

  /** Sound was agreed on, by an 18x where the call is not answered yet. */
  get #hasEarlySound(): boolean {
    return this.#sound.agreed.audio !== undefined;
  }

  #isIncoming(): boolean {
    return this.#session !== undefined && 'accept' in this.#session;
  }

  #tell(event: DeviceCallEvent): void {
    this.#release?.();
    this.#release = undefined;
    this.#listener?.(event);
  }

  #isEstablished(): void {
    if (this.#over || this.#established) return;
    this.#established = true;
    this.#tell({ type: 'established', ...this.#sound.agreed.shown });
    this.#sound.established();
  }

  /** SIP.js ended the session. What it knows of the reason it tells right after this, so that comes first. */
  #sessionEnded(session: Inviter | Invitation): void {
    queueMicrotask(() => {
      // A redirected call goes on with another session.
      if (this.#session !== session) return;
      const { failure } = this.exchange;
      if (failure !== undefined) this.#end('mediaFailed', mediaFailureWords(failure), failure);
      else this.#end(this.#isIncoming() && !this.#established ? 'cancelled' : 'failed');
    });
  }

  /** Ends SIP, media and window leg, whichever still is, and tells it once. */
  #end(reason: CallEndReason, notice?: string, detail?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const { log, dialogs } = this.#options;
    log.info('call ended', { callId: this.callId, reason, detail });
    this.handover.stop();
    if (this.#session !== undefined && !this.#farEnded) endSession(this.#session, reason, this.#ringing.sentTo, log);
    this.#tell(endEvent(reason, notice, detail));
    if (this.#session !== undefined) dialogs.close(this.#session);
    this.#move.stop();
    this.#sound.close();
    this.#options.onOver();
  }
}
