import { SessionState } from 'sip.js';
import type { Core, Invitation, Inviter } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { CallCapability, CallEndReason } from '../../src-shared/model/call.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import type { DeviceCall, DeviceCallEvent, DeviceCallListener } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import type { NegotiatedAudio, NegotiatedMedia } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia } from './call-media.ts';
import { CallSound } from './call-sound.ts';
import { cancelReason, endReasonOf } from './end-reasons.ts';
import { mediaFailureWords, noWindowWords, soundLostWords } from './media-words.ts';
import { SdpExchange } from './sdp-exchange.ts';
import { endSession } from './session-ending.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { Provisional } from './transport.ts';

export interface SipCallOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly window: WindowMedia;
  readonly clock: Clock;
  readonly log: Logger;
  /** A session to what a 3xx names (the value of its Contact); undefined when that cannot be called. */
  readonly redirect: (contact: string) => Inviter | undefined;
  /** Told once, when the call is over for good. */
  readonly onOver: () => void;
}

/** What was agreed that views show. */
interface Agreed {
  readonly encrypted: boolean;
  readonly codec?: string;
}

/**
 * One call of the softphone: a SIP session, its media and the window's leg. The SIP state machine is SIP.js's, the
 * call's own is calls/call-machine.ts; here events of the one become events of the other.
 */
export class SipCall implements DeviceCall {
  readonly exchange: SdpExchange;
  readonly #options: SipCallOptions;
  readonly #sound: CallSound;
  #session: Inviter | Invitation | undefined;
  #listener: DeviceCallListener | undefined;
  #audio: NegotiatedAudio | undefined;
  #over = false;
  #established = false;
  /** The media process died before the call was established: a new offer is due as soon as that is possible. */
  #reofferDue = false;
  #reoffering = false;
  #redirects = 0;

  constructor(options: SipCallOptions) {
    this.#options = options;
    this.#sound = new CallSound({
      ...options,
      reoffer: () => {
        this.#reoffer();
      },
      notice: (words) => {
        this.#tell(words === undefined ? { type: 'notice' } : { type: 'notice', notice: words });
      },
      lost: (words, detail) => {
        this.#end('mediaFailed', words, detail);
      },
    });
    this.exchange = new SdpExchange(options.media.session, (media) => {
      this.#negotiated(media);
    });
  }

  get callId(): string {
    return this.#options.callId;
  }

  /** Call-ID of the dialog, for what is read at the wire. */
  get sipCallId(): string | undefined {
    return this.#session?.request.callId;
  }

  get over(): boolean {
    return this.#over;
  }

  listen(listener: DeviceCallListener): void {
    this.#listener = listener;
  }

  /** Gives the call its SIP session. */
  carry(session: Inviter | Invitation): void {
    this.#watch(session);
  }

  carries(session: unknown): boolean {
    return this.#session === session;
  }

  /** Sends the INVITE at once; microphone and window leg come up behind it. */
  invite(): void {
    this.#sendInvite();
    this.#sound.bringUp().catch((error: unknown) => {
      this.#end('mediaFailed', mediaFailureWords(error), error);
    });
  }

  #sendInvite(): void {
    const session = this.#session;
    if (session === undefined || this.#over) return;
    session
      .invite({
        requestDelegate: {
          onReject: ({ message }) => {
            this.#refused(message);
          },
          onRedirect: ({ message }) => {
            this.#redirected(message);
          },
        },
      })
      .catch((error: unknown) => {
        this.#end('mediaFailed', mediaFailureWords(error), error);
      });
  }

  /** An 18x as it was on the wire. */
  provisional(provisional: Provisional): void {
    if (this.#over || this.#established) return;
    if (provisional.status === 180 || provisional.status === 181 || provisional.status === 182) {
      this.#tell({ type: 'farEndRings' });
    }
    if (provisional.sdp !== '') {
      this.exchange.earlyAnswer(provisional.sdp).catch((error: unknown) => {
        this.#options.log.info('early media was not taken', { error });
      });
    }
  }

  capabilities(state: 'calling' | 'ringing' | 'connecting' | 'connected'): readonly CallCapability[] {
    switch (state) {
      case 'calling':
        return ['hangUp', 'mute'];
      case 'ringing':
        return this.#isIncoming() ? ['answer', 'decline'] : ['hangUp', 'mute'];
      case 'connecting':
        return ['hangUp', 'mute'];
      case 'connected':
        return this.#audio?.telephoneEvent === undefined && this.#options.media.path === 'gateway'
          ? ['hangUp', 'mute']
          : ['hangUp', 'mute', 'dtmf'];
    }
  }

  async answer(): Promise<void> {
    const session = this.#session;
    if (session === undefined || !('accept' in session) || session.state !== SessionState.Initial) {
      throw new AppError('notFound', 'This call is no longer ringing.');
    }
    if (!this.#options.window.available()) throw new AppError('media', noWindowWords);
    try {
      await this.#sound.bringUp();
      if (this.#isOver()) return;
      await session.accept();
    } catch (error) {
      if (this.#isOver()) return;
      const message = mediaFailureWords(error);
      this.#end('mediaFailed', message, error);
      throw new AppError('media', message);
    }
  }

  decline(): Promise<void> {
    const session = this.#session;
    if (session === undefined || !('reject' in session) || session.state !== SessionState.Initial) {
      return Promise.reject(new AppError('notFound', 'This call is no longer ringing.'));
    }
    this.#end('declined');
    return Promise.resolve();
  }

  /** No room for one more call. */
  refuseAsBusy(): void {
    this.#end('busy');
  }

  hangUp(): Promise<void> {
    this.#end('hungUp');
    return Promise.resolve();
  }

  mute(muted: boolean): Promise<void> {
    return this.#sound.mute(muted);
  }

  dtmf(digits: string): Promise<void> {
    return this.#options.media.dtmf(digits);
  }

  /** The window told how its leg is. */
  windowLeg(state: MediaLegState, detail: string): void {
    if (!this.#over) this.#sound.leg(state, detail);
  }

  /** A window took the lease: it has no leg of this call yet. */
  windowChanged(): void {
    // While it rings here there is no sound to bring back.
    if (this.#over || (this.#isIncoming() && this.#session?.state === SessionState.Initial)) return;
    this.#sound.restore();
  }

  /** The media process died. Offers anew within the time allowed, or ends the call in words. */
  mediaDied(): void {
    if (this.#over) return;
    if (!this.#established) {
      // An incoming call that still rings has no media yet.
      this.#reofferDue = !this.#isIncoming() || this.#session?.state === SessionState.Establishing;
      return;
    }
    this.#reoffer();
  }

  /** Ends the call because the device stops. */
  shutDown(): void {
    this.#end('hungUp');
  }

  /** A timer or an event of SIP.js may have ended the call while something was awaited. */
  #isOver(): boolean {
    return this.#over;
  }

  #isIncoming(): boolean {
    return this.#session !== undefined && 'accept' in this.#session;
  }

  #tell(event: DeviceCallEvent): void {
    this.#listener?.(event);
  }

  #agreed(): Agreed {
    const encrypted = this.#options.media.encrypted;
    return this.#audio === undefined ? { encrypted } : { encrypted, codec: this.#audio.codec };
  }

  #watch(session: Inviter | Invitation): void {
    this.#session = session;
    session.delegate = {
      onBye: (bye) => {
        void bye.accept();
        this.#end('remoteHungUp');
      },
      onCancel: (cancel) => {
        this.#end(cancelReason(cancel.request.getHeader('reason')));
      },
      onRefer: (referral) => {
        // Transfers come with their own controls; SIP.js would follow them by itself.
        void referral.reject({ statusCode: 603 });
      },
    };
    session.stateChange.addListener((state) => {
      if (state === SessionState.Established) this.#isEstablished();
      if (state === SessionState.Terminated) this.#sessionEnded(session);
    });
  }

  #isEstablished(): void {
    if (this.#over || this.#established) return;
    this.#established = true;
    this.#tell({ type: 'established', ...this.#agreed() });
    if (this.#reofferDue) this.#reoffer();
  }

  #negotiated(media: NegotiatedMedia): void {
    if (this.#over) return;
    const before = this.#audio;
    this.#audio = media.audio;
    if (media.audio === undefined) return;
    this.#sound.negotiated(media.audio);
    if (this.#established && before?.codec !== media.audio.codec) this.#tell({ type: 'media', ...this.#agreed() });
    const isHeld = !hearsUs(media.audio);
    const wasHeld = before !== undefined && !hearsUs(before);
    if (isHeld && !wasHeld) this.#tell({ type: 'notice', notice: 'The other side put you on hold.' });
    if (!isHeld && wasHeld) this.#tell({ type: 'notice' });
  }

  /** Re-INVITE with a new offer (RFC 3261 section 14). */
  #reoffer(): void {
    const session = this.#session;
    this.#reofferDue = false;
    if (session === undefined || this.#over || this.#reoffering) return;
    this.#reoffering = true;
    const { clock, media } = this.#options;
    const answered = new Promise<void>((resolve, reject) => {
      const refused = (): void => {
        reject(new AppError('media', soundLostWords));
      };
      session
        .invite({
          requestDelegate: {
            onAccept: () => {
              resolve();
            },
            onReject: refused,
            onRedirect: refused,
          },
        })
        .catch(reject);
    });
    const both = Promise.all([answered, media.connectWindow()]);
    withDeadline(both, signallingLimits.reofferTimeoutMs, clock, 'new offer')
      .then(() => {
        this.#sound.send();
        this.#tell({ type: 'notice' });
      })
      .catch((error: unknown) => {
        this.#end('mediaFailed', soundLostWords, error);
      })
      .finally(() => {
        this.#reoffering = false;
      });
  }

  #refused(message: Core.IncomingResponseMessage): void {
    const status = message.statusCode ?? 0;
    // SIP.js makes answers up when none came (RFC 3261 section 8.1.3.1); they have no Via.
    const reason = message.hasHeader('via') ? endReasonOf(status) : 'network';
    this.#end(reason, undefined, `${status} ${message.reasonPhrase ?? ''}`);
  }

  /** RFC 3261 section 8.1.3.4: calls what the answer names instead. SIP.js does not follow by itself. */
  #redirected(message: Core.IncomingResponseMessage): void {
    const next = message.getHeader('contact');
    this.#redirects += 1;
    const inviter =
      next === undefined || this.#redirects > signallingLimits.redirects ? undefined : this.#options.redirect(next);
    if (inviter === undefined) {
      this.#refused(message);
      return;
    }
    this.carry(inviter);
    this.#sendInvite();
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
    const text = detail instanceof Error ? detail.message : typeof detail === 'string' ? detail : undefined;
    this.#options.log.info('call ended', { callId: this.callId, reason, detail });
    this.#endSession(this.#session, reason);
    this.#tell({
      type: 'end',
      reason,
      ...(notice === undefined ? {} : { notice }),
      ...(text === undefined ? {} : { detail: text }),
    });
    void this.#options.media.close();
    this.#sound.close();
    this.#options.onOver();
  }

  #endSession(session: Inviter | Invitation | undefined, reason: CallEndReason): void {
    if (session === undefined) return;
    endSession(session, reason).catch((error: unknown) => {
      this.#options.log.debug('the end of a session was not sent', { error });
    });
  }
}

/** RFC 3264 section 8.4, seen from here: the far end takes what we send. */
function hearsUs(audio: NegotiatedAudio): boolean {
  return audio.direction === 'sendrecv' || audio.direction === 'sendonly';
}
