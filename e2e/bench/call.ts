import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchChromium } from '../harness/chromium.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { seedFor } from '../lab/client-settings.ts';
import { DOMAIN } from '../lab/accounts.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { writeToneWav } from '../lab/tone.ts';
import { pause, until } from '../lab/wait.ts';
import { figure, median, quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { ScriptedPhone } from './scripted-phone.ts';
import { clickedMs, clockOffsetMs, gone, markWindow, shownMs } from './window-marks.ts';

const calls = 42;
/** The first ones compile code; nobody measures them at baresip either. */
const warmUpCalls = 2;
const toneHz = 440;
/** Whom everybody calls: a lab account without a phone of its own. */
const calledUser = 'dave';
const contactLifeS = 3_600;
/** A person does not call again at once; the window makes its next leg ready meanwhile. */
const callEveryMs = 3_200;

interface Samples {
  /** Click to established on the screen. */
  readonly dialMs: number[];
  /** baresip: the order to dial to its own CALL_ESTABLISHED. */
  readonly peerDialMs: number[];
  readonly firstAudioMs: number[];
  /** Click to the INVITE and to the ACK at the far end: where the time of `dialMs` goes. */
  readonly inviteMs: number[];
  readonly ackMs: number[];
  /** baresip's order to dial, through the registrar, to ringing on our screen. */
  readonly ringMs: number[];
}

/**
 * Calls from the window, click by click, and calls that come in, beside the calls of a baresip of the same lab to the
 * same phone over the same proxy and transport (UDP), in turn.
 */
export async function benchCall(report: (figure: Figure) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const microphoneWav = join(directory, 'microphone.wav');
  writeToneWav(microphoneWav, toneHz, 2);
  const lab = await startLab({ servers: ['bob'] });
  const phone = await ScriptedPhone.start(calledUser, toneHz);
  const alice = lab.account('alice');
  const parley = new ParleyProcess({
    seed: seedFor(lab.description, 'alice', 'udp'),
    signIn: { address: alice.address, password: alice.password },
  });
  const browser = await launchChromium({ microphoneWav });
  try {
    const added = await lab.kamailio.rpc('ul.add', [
      ...['location', calledUser, phone.contact],
      ...[contactLifeS, 1, '0', 0, 0, 0],
    ]);
    if (added.error !== undefined) throw new Error(`kamailio refuses ${phone.contact}: ${added.error.message}`);
    await parley.start();
    const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
    await context.grantPermissions(['microphone', 'notifications'], { origin: parley.origin });
    const page = await context.newPage();
    await markWindow(page);
    await page.goto(parley.windowUrl);
    await lab.kamailio.whenRegistered('alice');
    const samples = await new Turns(lab, phone, page).run();
    reportAll(report, samples);
  } finally {
    await browser.close();
    await parley.stop();
    phone.stop();
    await lab.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One call of ours, in milliseconds from the click. */
interface Dialled {
  readonly establishedMs: number;
  readonly heardMs: number;
  readonly inviteMs: number;
  readonly ackMs: number;
}

/** The calls, one of each kind a turn. */
class Turns {
  readonly #lab: Lab;
  readonly #phone: ScriptedPhone;
  readonly #page: Page;
  readonly #window: ParleyWindow;
  readonly #samples: Samples = { dialMs: [], peerDialMs: [], firstAudioMs: [], inviteMs: [], ackMs: [], ringMs: [] };

  constructor(lab: Lab, phone: ScriptedPhone, page: Page) {
    this.#lab = lab;
    this.#phone = phone;
    this.#page = page;
    this.#window = new ParleyWindow(page);
  }

  async run(): Promise<Samples> {
    const { offsetMs, doubtMs } = await clockOffsetMs(this.#page);
    process.stderr.write(`the window's clock is ${offsetMs.toFixed(2)} ms ahead, give or take ${doubtMs.toFixed(2)}\n`);
    for (let turn = 0; turn < warmUpCalls + calls; turn += 1) {
      const startedMs = performance.now();
      const dialled = await this.#callOut(offsetMs);
      const peerMs = await this.#baresipCalls();
      const ringMs = await this.#callIn(offsetMs);
      if (turn >= warmUpCalls) {
        this.#samples.dialMs.push(dialled.establishedMs);
        this.#samples.firstAudioMs.push(dialled.heardMs);
        this.#samples.inviteMs.push(dialled.inviteMs);
        this.#samples.ackMs.push(dialled.ackMs);
        this.#samples.peerDialMs.push(peerMs);
        this.#samples.ringMs.push(ringMs);
      }
      await pause(Math.max(0, callEveryMs - (performance.now() - startedMs)));
    }
    return this.#samples;
  }

  /** From the click to "connected" on the screen, to the microphone's tone at the far end, and to what the far end got. */
  async #callOut(offsetMs: number): Promise<Dialled> {
    const page = this.#page;
    const before = this.#phone.calls;
    this.#phone.listenAnew();
    await this.#window.search(this.#lab.account(calledUser).extension);
    await this.#window.results.getByRole('option', { name: /^Call/ }).first().click();
    const establishedMs = await shownMs(page, 'connected');
    const clicked = await clickedMs(page);
    const heardMs = await until('the tone at the far end', () => this.#phone.firstToneMs).catch((error: unknown) => {
      throw new Error(`of ${this.#phone.packets} packets none carried the tone`, { cause: error });
    });
    await this.#window.control('End call').click();
    await gone(page, 'connected');
    await until('the end of the call', () => this.#phone.calls.ended > before.ended);
    const { invite, ack } = this.#phone.signalledMs;
    const sinceClick = (farEndMs: number): number => farEndMs + offsetMs - clicked;
    return {
      establishedMs: establishedMs - clicked,
      heardMs: sinceClick(heardMs),
      inviteMs: sinceClick(invite),
      ackMs: sinceClick(ack),
    };
  }

  /** The same call by baresip. */
  async #baresipCalls(): Promise<number> {
    const { bob } = this.#lab;
    const before = this.#phone.calls;
    const from = bob.events.length;
    const startedMs = performance.now();
    await bob.dial(`sip:${calledUser}@${DOMAIN}`);
    const { atMs } = await bob.waitFor('CALL_ESTABLISHED', { from });
    await bob.hangUp();
    await until('the end of the call', () => this.#phone.calls.ended > before.ended);
    await bob.waitFor('CALL_CLOSED', { from });
    return atMs - startedMs;
  }

  /** Milliseconds from baresip's order to call us to ringing on the screen: a proxy and a digest challenge included. */
  async #callIn(offsetMs: number): Promise<number> {
    const { bob } = this.#lab;
    const from = bob.events.length;
    const startedMs = performance.timeOrigin + performance.now();
    await bob.dial(`sip:alice@${DOMAIN}`);
    const ringingMs = await shownMs(this.#page, 'ringing');
    await bob.hangUp();
    await bob.waitFor('CALL_CLOSED', { from });
    await gone(this.#page, 'ringing');
    return ringingMs - offsetMs - startedMs;
  }
}

function reportAll(report: (figure: Figure) => void, samples: Samples): void {
  const { dialMs, peerDialMs, firstAudioMs, ringMs } = samples;
  process.stderr.write(
    `click to INVITE at the far end p50 ${median(samples.inviteMs).toFixed(1)}, to its ACK ${median(samples.ackMs).toFixed(1)}, ` +
      `to established on the screen ${median(dialMs).toFixed(1)} ms\n` +
      `baresip's dial: p50 ${median(peerDialMs).toFixed(1)} p95 ${quantile(peerDialMs, 0.95).toFixed(1)} ms\n`,
  );
  report(
    figure({
      bench: 'call',
      metric: 'dial',
      unit: 'ms',
      samples: dialMs,
      peer: { name: 'baresip', value: median(peerDialMs) },
    }),
  );
  report(figure({ bench: 'call', metric: 'firstAudio', unit: 'ms', samples: firstAudioMs }));
  report(figure({ bench: 'call', metric: 'ring', unit: 'ms', samples: ringMs }));
}
