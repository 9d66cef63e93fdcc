import { URI } from 'sip.js';
import type { Core, UserAgent } from 'sip.js';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { offlineWords, registerFailure } from './connect-failures.ts';
import { signallingLimits } from './signalling-limits.ts';

/** What the registrar granted. */
export interface Registered {
  readonly expiresS: number;
  /** Contacts registered for this address, ours included (RFC 3261 section 10.3 step 8). */
  readonly contacts: number;
}

/** What SIP.js handles; without UPDATE, so that servers refresh sessions by re-INVITE. */
const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, MESSAGE';

interface FinalResponse {
  readonly status: number;
  readonly message: Core.IncomingResponseMessage;
}

/**
 * The binding of our Contact at the registrar (RFC 3261 section 10.2), over the transport as it is now.
 *
 *   idle --register--> registering --2xx--> registered --time--> registering
 *   registering --423--> registering            once, with Min-Expires
 *   registering --refused | no answer--> idle   and `lost` is told when it was registered before
 *   registered --unregister--> idle
 *   any --abandon--> idle                       nothing is sent
 */
export class Registration {
  readonly #userAgent: UserAgent;
  readonly #clock: Clock;
  readonly #lost: (failure: ConnectFailure) => void;
  readonly #request: Core.OutgoingRequestMessage;
  #expiresS: number;
  #refresh: TimerHandle | undefined;
  #state: 'idle' | 'registering' | 'registered' = 'idle';
  /** Answers to requests of before `abandon` are ignored. */
  #epoch = 0;
  #running: Promise<Registered> | undefined;

  constructor(userAgent: UserAgent, expiresS: number, clock: Clock, lost: (failure: ConnectFailure) => void) {
    this.#userAgent = userAgent;
    this.#expiresS = expiresS;
    this.#clock = clock;
    this.#lost = lost;
    const aor = userAgent.configuration.uri;
    const registrar = new URI('sip', '', aor.host, aor.port);
    this.#request = userAgent.userAgentCore.makeOutgoingRequestMessage('REGISTER', registrar, aor, aor, {});
  }

  get registered(): boolean {
    return this.#state !== 'idle' && this.#refresh !== undefined;
  }

  /** Registers or renews. Rejects with a ConnectFailure. Calls while one is under way share it. */
  register(): Promise<Registered> {
    this.#running ??= this.#register(true).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #register(mayRaise: boolean): Promise<Registered> {
    this.#state = 'registering';
    this.#stopRefresh();
    const epoch = this.#epoch;
    let response: FinalResponse;
    try {
      response = await this.#send(this.#expiresS, signallingLimits.registerTimeoutMs);
    } catch (error) {
      if (epoch === this.#epoch) this.#state = 'idle';
      throw error;
    }
    if (epoch !== this.#epoch) throw new ConnectFailure('later', offlineWords, { detail: 'given up' });
    if (response.status === 423 && mayRaise) {
      const minimumS = Number(response.message.getHeader('min-expires'));
      if (Number.isInteger(minimumS) && minimumS > this.#expiresS) {
        this.#expiresS = minimumS;
        return await this.#register(false);
      }
    }
    if (response.status < 200 || response.status >= 300) {
      this.#state = 'idle';
      throw registerFailure(response.status, response.message.reasonPhrase ?? '');
    }
    const granted = this.#granted(response.message);
    this.#state = 'registered';
    const refreshMs = granted.expiresS * 1000 * signallingLimits.registerRefreshFraction;
    this.#refresh = this.#clock.setTimeout(
      () => {
        this.#renew();
      },
      Math.max(signallingLimits.registerRefreshFloorMs, refreshMs),
    );
    return granted;
  }

  #renew(): void {
    const epoch = this.#epoch;
    this.register().catch((error: unknown) => {
      if (epoch === this.#epoch) this.#lost(ConnectFailure.from(error));
    });
  }

  /** RFC 3261 section 10.2.4: the Contact's own expires parameter, else the Expires header. */
  #granted(message: Core.IncomingResponseMessage): Registered {
    const contacts = message.getHeaders('contact');
    const user = this.#userAgent.contact.uri.user ?? '';
    const ours = contacts.find((contact) => contact.includes(`:${user}@`));
    const expires = /;[ \t]*expires[ \t]*=[ \t]*"?(\d+)/i.exec(ours ?? '')?.[1] ?? message.getHeader('expires');
    const expiresS = Number(expires ?? this.#expiresS);
    return {
      expiresS: Number.isFinite(expiresS) && expiresS > 0 ? expiresS : this.#expiresS,
      contacts: contacts.length,
    };
  }

  /** Takes our Contact off, without insisting. Never rejects. */
  async unregister(): Promise<void> {
    const wasRegistered = this.#state === 'registered';
    this.abandon();
    if (!wasRegistered) return;
    try {
      await this.#send(0, signallingLimits.unregisterTimeoutMs);
    } catch {
      // The binding runs out by itself.
    }
  }

  /** The connection is gone: nothing is sent and nothing told any more. */
  abandon(): void {
    this.#epoch += 1;
    this.#state = 'idle';
    this.#running = undefined;
    this.#stopRefresh();
  }

  #stopRefresh(): void {
    if (this.#refresh !== undefined) this.#clock.clearTimeout(this.#refresh);
    this.#refresh = undefined;
  }

  #send(expiresS: number, timeoutMs: number): Promise<FinalResponse> {
    const request = this.#request;
    request.cseq += 1;
    request.setHeader('cseq', `${request.cseq} REGISTER`);
    // What was computed for the last nonce must not ride along.
    Reflect.deleteProperty(request.headers, 'Authorization');
    Reflect.deleteProperty(request.headers, 'Proxy-Authorization');
    const contact = this.#userAgent.contact.toString({ register: true });
    request.extraHeaders = [`Contact: ${contact};expires=${expiresS}`, `Allow: ${allowedMethods}`];
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        reject(new ConnectFailure('later', offlineWords, { detail: 'REGISTER: no answer' }));
      }, timeoutMs);
      const done = ({ message }: { message: Core.IncomingResponseMessage }): void => {
        this.#clock.clearTimeout(timer);
        resolve({ status: message.statusCode ?? 0, message });
      };
      this.#userAgent.userAgentCore.register(request, { onAccept: done, onReject: done, onRedirect: done });
    });
  }
}
