import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CallOrder } from './scripted-phone.ts';

/** What the phone has seen so far; times are UTC milliseconds with fractions. */
export interface CalledPhoneState {
  /** How often it was asked to listen anew. */
  readonly round: number;
  readonly contact: string;
  readonly calls: { readonly answered: number; readonly ended: number };
  readonly signalledMs: { readonly invite: number; readonly ack: number };
  readonly firstToneMs?: number;
  readonly packets: number;
}

/** What it is asked to do. */
export type CalledPhoneOrder = { readonly listenRound: number } | { readonly call: CallOrder };

/** A ScriptedPhone in a process of its own. */
export class CalledPhone {
  readonly #process: ChildProcess;
  #state: CalledPhoneState;
  #round = 0;

  private constructor(process: ChildProcess, state: CalledPhoneState) {
    this.#process = process;
    this.#state = state;
    process.on('message', (told) => {
      this.#state = told as CalledPhoneState;
    });
  }

  /** @param toneHz the tone to listen for */
  static async start(user: string, toneHz: number): Promise<CalledPhone> {
    const entry = fileURLToPath(new URL('called-phone-process.ts', import.meta.url));
    const child = fork(entry, [user, String(toneHz)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [state] = (await once(child, 'message')) as [CalledPhoneState];
    return new CalledPhone(child, state);
  }

  /** For the registrar. */
  get contact(): string {
    return this.#state.contact;
  }

  /** Calls that were answered so far, and those of them that are over. */
  get calls(): CalledPhoneState['calls'] {
    return this.#state.calls;
  }

  /** When the last call's INVITE and its ACK came. */
  get signalledMs(): CalledPhoneState['signalledMs'] {
    return this.#state.signalledMs;
  }

  /** When the tone came for the first time since `listenAnew`. */
  get firstToneMs(): number | undefined {
    return this.#state.round === this.#round ? this.#state.firstToneMs : undefined;
  }

  /** Packets of sound since `listenAnew`, for saying what went wrong. */
  get packets(): number {
    return this.#state.round === this.#round ? this.#state.packets : 0;
  }

  listenAnew(): void {
    this.#round += 1;
    this.#order({ listenRound: this.#round });
  }

  /** See ScriptedPhone. */
  call(order: CallOrder): void {
    this.#order({ call: order });
  }

  stop(): void {
    this.#process.disconnect();
  }

  #order(order: CalledPhoneOrder): void {
    this.#process.send(order);
  }
}
