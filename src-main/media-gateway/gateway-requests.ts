import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { GatewayChannel } from '../host.ts';
import type { GatewayAnswer, GatewayMethod, GatewayParams, GatewayResult } from './protocol.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: TimerHandle;
}

/** Requests to the gateway process that wait for their answers. */
export class GatewayRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with AppError: what the process says, or `timeout`. */
  post<M extends GatewayMethod>(
    channel: GatewayChannel,
    method: M,
    params: GatewayParams<M>,
    deadlineMs: number,
  ): Promise<GatewayResult<M>> {
    const id = this.#nextId++;
    return new Promise<GatewayResult<M>>((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        this.#pending.delete(id);
        reject(new AppError('timeout', t('The media gateway did not answer in time.'), method));
      }, deadlineMs);
      // The protocol file ties results to methods; ids tie answers to requests.
      this.#pending.set(id, {
        resolve: (result) => {
          resolve(result as GatewayResult<M>);
        },
        reject,
        timer,
      });
      channel.post({ id, method, params });
    });
  }

  /** Nobody waits for the answer: the process ends instead. */
  tell<M extends GatewayMethod>(channel: GatewayChannel, method: M, params: GatewayParams<M>): void {
    channel.post({ id: this.#nextId++, method, params });
  }

  /** An answer came; one that nobody waits for any more is left alone. */
  answered(answer: GatewayAnswer): void {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    this.#clock.clearTimeout(pending.timer);
    if (answer.ok) pending.resolve(answer.result);
    else pending.reject(AppError.fromData(answer.error));
  }

  /** The process that they went to is gone. */
  rejectAll(error: AppError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of pending) {
      this.#clock.clearTimeout(timer);
      reject(error);
    }
  }
}
