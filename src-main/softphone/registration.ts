import { URI } from 'sip.js';
import type { Core, UserAgent } from 'sip.js';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { noAnswerWords, offlineWords, registerFailure } from './connect-failures.ts';
import type { ContactPlace } from './contact-place.ts';
import { signallingLimits } from './signalling-limits.ts';
import { isSameAddress } from './via-identity.ts';
import type { LocalAddress } from './via-identity.ts';

/** What the registrar granted. */
export interface Registered {
  readonly expiresS: number;
  /** Contacts registered for this address, ours included (RFC 3261 section 10.3 step 8). */
  readonly contacts: number;
  /** Seconds after which the server takes the flow for dead (RFC 5626 section 5.4). */
  readonly flowTimerS?: number;
  /** The way for requests outside of dialogs, as Route values (RFC 3608). */
  readonly serviceRoute: readonly string[];
}

export interface RegistrationOptions {
  readonly expiresS: number;
  readonly clock: Clock;
  /** Where our Contact says that we are, and where the server sees us. */
  readonly place: ContactPlace;
  /** The registration was lost after it had been there. */
  readonly lost: (failure: ConnectFailure) => void;
  /** The registrar's short time is used up to its last seconds (Unified CM). */
  readonly isShort?: boolean;
}

/** RFC 5626 section 4.2: one flow, always the same, so that a new one takes the place of the old at the registrar. */
const flowId = 1;

/** What SIP.js handles; without UPDATE, so that servers refresh sessions by re-INVITE. */
const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY';

interface FinalResponse {
  readonly status: number;
  readonly message: Core.IncomingResponseMessage;
}

/**
 * The binding of our Contact at the registrar (RFC 3261 section 10.2), over the transport as it is now.
 *
 *   idle --register--> registering --2xx--> registered --time--> registering
 *   registering --423--> registering            once, with Min-Expires
 *   registering --2xx, the server sees us elsewhere--> registering     once, with that place in Contact
 *   registering --refused | no answer--> idle   and `lost` is told when it was registered before
 *   registered --unregister--> idle
 *   any --abandon--> idle                       nothing is sent
 */
export class Registration {
  readonly #userAgent: UserAgent;
  readonly #options: RegistrationOptions;
  readonly #clock: Clock;
  readonly #request: Core.OutgoingRequestMessage;
  #expiresS: number;
  #refresh: TimerHandle | undefined;
  #state: 'idle' | 'registering' | 'registered' = 'idle';
  /** Answers to requests of before `abandon` are ignored. */
  #epoch = 0;
  #running: Promise<Registered> | undefined;
  /** The place that the registrar has of us. */
  #bound: LocalAddress | undefined;

  constructor(userAgent: UserAgent, options: RegistrationOptions) {
    this.#userAgent = userAgent;
    this.#options = options;
    this.#expiresS = options.expiresS;
    this.#clock = options.clock;
    const aor = userAgent.configuration.uri;
    const registrar = new URI('sip', '', aor.host, aor.port);
    // The Service-Route of an earlier server leads nowhere, and the registrar is asked directly.
    const direct = { routeSet: [] };
    this.#request = userAgent.userAgentCore.makeOutgoingRequestMessage('REGISTER', registrar, aor, aor, direct);
  }

  get registered(): boolean {
    return this.#state !== 'idle' && this.#refresh !== undefined;
  }

  /** Registers or renews. Rejects with a ConnectFailure. Calls while one is under way share it. */
  register(): Promise<Registered> {
    if (this.#running === undefined) this.#options.place.move();
    this.#running ??= this.#register(true).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #register(mayRaise: boolean, hasMoved = false): Promise<Registered> {
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
    if (epoch !== this.#epoch) throw new ConnectFailure('later', t(offlineWords), { detail: 'given up' });
    if (response.status === 423 && mayRaise) {
      const minimumS = Number(response.message.getHeader('min-expires'));
      if (Number.isInteger(minimumS) && minimumS > this.#expiresS) {
        this.#expiresS = minimumS;
        return await this.#register(false, hasMoved);
      }
    }
    if (response.status < 200 || response.status >= 300) {
      this.#state = 'idle';
      const { reasonPhrase = '' } = response.message;
      throw registerFailure(response.status, reasonPhrase, response.message.getHeader('retry-after'));
    }
    const granted = this.#granted(response.message);
    const { place } = this.#options;
    this.#bound = place.address;
    place.keepsFlows(response.message.getHeaders('require').join().toLowerCase().includes('outbound'));
    if (place.isElsewhere && !hasMoved) {
      place.move();
      return await this.#register(mayRaise, true);
    }
    this.#state = 'registered';
    const grantedMs = granted.expiresS * 1000;
    const refreshMs =
      this.#options.isShort === true
        ? grantedMs - signallingLimits.shortRenewalLeadMs
        : grantedMs * signallingLimits.registerRefreshFraction;
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
      if (epoch === this.#epoch) this.#options.lost(ConnectFailure.from(error));
    });
  }

  /** RFC 3261 section 10.2.4: the Contact's own expires parameter, else the Expires header. */
  #granted(message: Core.IncomingResponseMessage): Registered {
    const contacts = message.getHeaders('contact');
    const user = this.#userAgent.contact.uri.user ?? '';
    const ours = contacts.find((contact) => contact.includes(`:${user}@`));
    const expires = /;[ \t]*expires[ \t]*=[ \t]*"?(\d+)/i.exec(ours ?? '')?.[1] ?? message.getHeader('expires');
    const expiresS = Number(expires ?? this.#expiresS);
    const flowTimerS = Number(message.getHeader('flow-timer') ?? NaN);
    return {
      ...(Number.isInteger(flowTimerS) && flowTimerS > 0 ? { flowTimerS } : {}),
      serviceRoute: message.getHeaders('service-route'),
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

  /**
   * The Contact that the registrar has of the place where we were: it goes in the same request, behind the new one, as
   * some registrars read the first only.
   */
  #outdated(): readonly string[] {
    const bound = this.#bound;
    const { address } = this.#options.place;
    if (bound === undefined || address === undefined || isSameAddress(bound, address)) return [];
    const uri = this.#userAgent.contact.uri.clone();
    uri.host = bound.address.includes(':') ? `[${bound.address}]` : bound.address;
    uri.port = bound.port;
    return [uri.toString()];
  }

  #send(expiresS: number, timeoutMs: number): Promise<FinalResponse> {
    const request = this.#request;
    request.cseq += 1;
    request.setHeader('cseq', `${request.cseq} REGISTER`);
    // What was computed for the last nonce must not ride along.
    Reflect.deleteProperty(request.headers, 'Authorization');
    Reflect.deleteProperty(request.headers, 'Proxy-Authorization');
    const contact = this.#userAgent.contact.toString({ register: true });
    request.extraHeaders = [
      `Contact: ${contact};reg-id=${flowId};expires=${expiresS}`,
      ...this.#outdated().map((uri) => `Contact: <${uri}>;expires=0`),
      `Allow: ${allowedMethods}`,
    ];
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        reject(new ConnectFailure('later', t(noAnswerWords), { detail: 'REGISTER: no answer' }));
      }, timeoutMs);
      const done = ({ message }: { message: Core.IncomingResponseMessage }): void => {
        this.#clock.clearTimeout(timer);
        resolve({ status: message.statusCode ?? 0, message });
      };
      this.#userAgent.userAgentCore.register(request, { onAccept: done, onReject: done, onRedirect: done });
    });
  }
}
