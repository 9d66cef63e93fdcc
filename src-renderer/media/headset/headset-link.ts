import { audibleCalls } from '../../../src-shared/model/quiet.ts';
import type { ContractClient } from '../../../src-shared/rpc/client.ts';
import { Headset, telephonyPage } from './headset.ts';
import type { HeadsetAction } from './headset.ts';
import { headsetOrder, lampsFor } from './headset-calls.ts';
import type { HeadsetOrder } from './headset-calls.ts';
import type { Hid, HidDevice } from './web-hid.ts';

export const headsetButtonsKey = 'devices.headsetButtons';

export interface HeadsetLinkOptions {
  /** Undefined: this browser has no WebHID. */
  readonly hid: Hid | undefined;
  /** Whether this window has the sound; only it obeys and drives headsets. */
  readonly isHolder: () => boolean;
  readonly failed: (error: unknown) => void;
}

/** Names of the connected headsets whose buttons are obeyed; undefined where the browser knows none. */
export type HeadsetNames = readonly string[] | undefined;

/**
 * Joins the headsets that the person allowed with the calls: buttons to requests, calls to lamps.
 *
 *   off --setting on, this window has the sound--> on (every allowed telephone is open) --either is gone--> off
 */
export class HeadsetLink {
  readonly #options: HeadsetLinkOptions;
  readonly #headsets = new Map<HidDevice, Headset>();
  #client: ContractClient | undefined;
  #names: HeadsetNames;
  readonly #listeners = new Set<() => void>();
  readonly #undo: (() => void)[] = [];
  #matching: Promise<void> = Promise.resolve();

  constructor(options: HeadsetLinkOptions) {
    this.#options = options;
    this.#names = options.hid === undefined ? undefined : [];
  }

  get names(): HeadsetNames {
    return this.#names;
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(client: ContractClient): void {
    const { hid } = this.#options;
    this.#client = client;
    if (hid === undefined) return;
    const match = (): void => {
      this.match();
    };
    hid.addEventListener('connect', match);
    hid.addEventListener('disconnect', match);
    this.#undo.push(
      () => {
        hid.removeEventListener('connect', match);
        hid.removeEventListener('disconnect', match);
      },
      client.subscribe('calls', () => {
        this.#light();
      }),
      client.subscribe('ownPresence', () => {
        this.#light();
      }),
      client.subscribe('settings', match),
      client.subscribe('lease', match),
    );
    match();
  }

  stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.#client = undefined;
    this.match();
  }

  /** Lets the person choose a headset; needs a click. Resolves to false when none was chosen. */
  async allow(): Promise<boolean> {
    const { hid } = this.#options;
    if (hid === undefined) return false;
    const chosen = await hid.requestDevice({ filters: [{ usagePage: telephonyPage }] });
    this.match();
    await this.#matching;
    return chosen.length > 0;
  }

  /** Opens what is allowed and plugged in, closes the rest. */
  match(): void {
    this.#matching = this.#matching.then(() => this.#match()).catch(this.#options.failed);
  }

  async #match(): Promise<void> {
    const { hid } = this.#options;
    if (hid === undefined) return;
    const setting = this.#client?.snapshot('settings')?.settings.find((one) => one.key === headsetButtonsKey);
    const isOn = this.#client !== undefined && setting?.value !== false && this.#options.isHolder();
    const present = isOn ? await hid.getDevices() : [];
    for (const [device, headset] of this.#headsets) {
      if (present.includes(device)) continue;
      this.#headsets.delete(device);
      await headset.stop();
    }
    for (const device of present) {
      if (this.#headsets.has(device)) continue;
      const headset = new Headset(device, (action) => {
        this.#act(action);
      });
      if (!headset.isTelephone) continue;
      this.#headsets.set(device, headset);
      try {
        await headset.start();
      } catch (error) {
        // Taken by another program, or unplugged this moment: the next change tries again.
        this.#headsets.delete(device);
        this.#options.failed(error);
      }
    }
    this.#light();
    const names = [...this.#headsets.keys()].map((device) => device.productName);
    if (JSON.stringify(names) === JSON.stringify(this.#names)) return;
    this.#names = names;
    for (const listener of this.#listeners) listener();
  }

  #light(again = false): void {
    const calls = this.#client?.snapshot('calls')?.calls ?? [];
    const lamps = lampsFor(audibleCalls(calls, this.#client?.snapshot('ownPresence')?.chosen));
    for (const headset of this.#headsets.values()) headset.show(lamps, again).catch(this.#options.failed);
  }

  #act(action: HeadsetAction): void {
    const client = this.#client;
    if (client === undefined) return;
    const order = headsetOrder(action, client.snapshot('calls')?.calls ?? []);
    if (order !== undefined) carryOut(client, order).catch(this.#options.failed);
    // A button that means nothing now must not leave the headset in another state than the calls.
    else this.#light(true);
  }
}

function carryOut(client: ContractClient, order: HeadsetOrder): Promise<unknown> {
  switch (order.ask) {
    case 'answer':
      return client.call('calls.answer', { callId: order.callId });
    case 'decline':
      return client.call('calls.decline', { callId: order.callId });
    case 'hangUp':
      return client.call('calls.hangUp', { callId: order.callId });
    case 'endConference':
      return client.call('calls.endConference', { conferenceId: order.conferenceId });
    case 'hold':
      return client.call('calls.hold', { callId: order.callId });
    case 'resume':
      return client.call('calls.resume', { callId: order.callId });
    case 'mute':
      return client.call('calls.mute', { callId: order.callId, muted: order.muted });
    case 'redial':
      return client.call('calls.redial', null);
  }
}
