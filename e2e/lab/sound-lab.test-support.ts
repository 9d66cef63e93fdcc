import { afterAll, afterEach, beforeAll } from 'vitest';
import type { DeviceCall } from '../../src-main/calls/call-device.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import type { LinphonePhone } from './linphone.ts';
import { SoundRig } from './sound-rig.test-support.ts';
import { twoTones } from './tone.ts';
import { until } from './wait.ts';

/** Tests of a whole suite share two processors: servers and phones take their time to come up. */
const startMs = 90_000;
const stopMs = 30_000;
const endMs = 20_000;

/** A lab, alice's rig in it and the call of the test that runs, for one file of tests. */
export class SoundLab {
  /** Frequency that the far end's phones play. */
  readonly farHz: number;
  readonly #windowHz: number;
  #lab: Lab | undefined;
  #rig: SoundRig | undefined;
  #call: DeviceCall | undefined;
  #endsFrom = 0;

  private constructor() {
    [this.farHz, this.#windowHz] = twoTones();
  }

  /** To be called at the head of the file: the lab comes up before its first test, and no call outlives its test. */
  static use(): SoundLab {
    const made = new SoundLab();
    beforeAll(() => made.#start(), startMs);
    afterEach(() => made.#hangUp(), stopMs);
    afterAll(() => made.#stop(), stopMs);
    return made;
  }

  get lab(): Lab {
    if (this.#lab === undefined) throw new Error('the lab is not up');
    return this.#lab;
  }

  get rig(): SoundRig {
    if (this.#rig === undefined) throw new Error('the rig is not up');
    return this.#rig;
  }

  /** A call to this lab phone, with sound both ways. */
  async call(user: 'bob' | 'frank'): Promise<DeviceCall> {
    const call = await this.place(user);
    const { frank, bob } = this.lab;
    await this.rig.expectSoundBothWays(user === 'bob' ? bob : frank, this.farHz);
    return call;
  }

  /** A call to this lab phone that is established; nobody has listened yet. */
  async place(user: 'bob' | 'frank'): Promise<DeviceCall> {
    this.#endsFrom = this.lab.frank.lines.length;
    this.#call = await this.rig.call(user);
    return this.#call;
  }

  /** Ends the call of this test: linphone says that the BYE has come. */
  async endWith(frank: LinphonePhone): Promise<void> {
    await this.#call?.hangUp();
    this.#call = undefined;
    await frank.waitFor(/Call \d+ with .* ended/, { from: this.#endsFrom, timeoutMs: endMs });
  }

  async #start(): Promise<void> {
    this.#lab = await startLab({ servers: ['kamailio', 'bob'], bobHz: this.farHz });
    this.#rig = new SoundRig(this.#lab, this.#windowHz);
    await this.#rig.start();
  }

  async #hangUp(): Promise<void> {
    await this.#call?.hangUp().catch(() => undefined);
    this.#call = undefined;
    const isFree = async (): Promise<boolean> => !(await this.lab.bob.command('listcalls')).includes('ESTABLISHED');
    await until('bob to be free', isFree, endMs);
  }

  async #stop(): Promise<void> {
    await this.#rig?.stop();
    await this.#lab?.stop();
  }
}
