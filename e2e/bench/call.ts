import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Statement } from 'better-sqlite3';
import { databaseFile } from '../../src-main/core/store.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { seedFor } from '../lab/client-settings.ts';
import { DOMAIN } from '../lab/accounts.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { writeToneWav } from '../lab/tone.ts';
import { pause, until } from '../lab/wait.ts';
import { BenchWindow } from './bench-window.ts';
import type { DevTools } from './devtools.ts';
import { figure, median, quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { CalledPhone } from './called-phone.ts';
import { measureLeak } from './call-leak.ts';
import type { Leak } from './call-leak.ts';
import { NodeInspector } from './node-inspector.ts';
import { clickedMs, clockOffsetMs, gone, markingScript, shownMs, soundMs } from './window-marks.ts';

/** Calls of each kind: enough for a p95, and two to spare. */
const wholeRun = 42;
/** The first ones compile code; nobody measures them at baresip either. */
const warmUpCalls = 2;
const toneHz = 440;
/** Whom everybody calls: a lab account without a phone of its own. */
const calledUser = 'dave';
const contactLifeS = 3_600;
/**
 * Nothing is asked of the window for so long after it was told to do what is measured: each question goes through the
 * browser and its inspector, which takes both processors of a small machine from the call. It notes the times itself.
 */
const quietMs = 250;
/** The window keeps one leg ready; the next is made this long after a call took the last. */
const legReadyMs = 2_500;
/** Calls in a row for `leak`; a quick look makes fewer. */
const leakCalls = 50;
/** A hand rests on what it is about to click, and presses for about this long. */
const restMs = 120;
const pressMs = 80;
/** A person does not call again at once; the window makes its next leg ready meanwhile, and what a call left is done. */
const betweenCallsMs = 3_200;

interface Samples {
  /** Click to established in our service, by its own record. */
  readonly dialMs: number[];
  /** Click to the ACK at the far end, which comes through the proxy. */
  readonly ackMs: number[];
  /** Click to "connected" on the screen. */
  readonly dialShownMs: number[];
  /** baresip: the order to dial to its own CALL_ESTABLISHED. */
  readonly peerDialMs: number[];
  readonly firstAudioMs: number[];
  /** Click to the INVITE at the far end: where the time of `dialMs` goes. */
  readonly inviteMs: number[];
  /** baresip's order to dial, through the registrar, to ringing on our screen. */
  readonly ringMs: number[];
  /** Click on Answer to the microphone's tone at the far end and the far end's first sound in the window. */
  readonly answerAudioMs: number[];
}

/**
 * Calls from the window, click by click, and calls that come in, beside the calls of a baresip of the same lab to the
 * same phone over the same proxy and transport (UDP), in turn.
 *
 * `dial` is from the click (the input event's own time: the button let go after a hand's press) to the call being
 * established in our service, as its history records it. The peer's is from the order to dial, as this process writes
 * it to baresip's socket, to baresip's CALL_ESTABLISHED, as it comes back over that socket. Both end when the answer is
 * there and acknowledged, neither with a screen in it (baresip has none); ours also has the browser's handling of the
 * click and the wire from the window to the service. What a person sees is `dialShown`: click to the frame that shows
 * "connected" and its timer. It has no peer. Nothing of this process asks for anything while a call is measured.
 *
 * @param turns how many calls of each kind; fewer than 40 give no p95
 */
export async function benchCall(report: (figure: Figure) => void, turns = wholeRun): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const microphoneWav = join(directory, 'microphone.wav');
  writeToneWav(microphoneWav, toneHz, 2);
  const lab = await startLab({ servers: ['bob'] });
  const phone = await CalledPhone.start(calledUser, toneHz);
  const alice = lab.account('alice');
  const parley = new ParleyProcess({
    seed: seedFor(lab.description, 'alice', 'udp'),
    signIn: { address: alice.address, password: alice.password },
    nodeOptions: ['--inspect-port=0'],
  });
  let window: BenchWindow | undefined;
  let database: Database.Database | undefined;
  try {
    const added = await lab.kamailio.rpc('ul.add', [
      ...['location', calledUser, phone.contact],
      ...[contactLifeS, 1, '0', 0, 0, 0],
    ]);
    if (added.error !== undefined) throw new Error(`kamailio refuses ${phone.contact}: ${added.error.message}`);
    await parley.start();
    window = await BenchWindow.open({ directory, microphoneWav, url: parley.windowUrl, script: markingScript });
    await lab.kamailio.whenRegistered('alice');
    database = new Database(join(parley.dataDirectory, databaseFile), { readonly: true, fileMustExist: true });
    const calls = new Turns(lab, phone, window, database);
    reportAll(report, await calls.run(turns));
    const inspector = await NodeInspector.open(parley.pid, () => parley.errorOutput);
    try {
      const n = turns < wholeRun ? turns : leakCalls;
      reportLeak(report, n, await measureLeak(parley.pid, inspector, n, () => calls.callOut()));
    } finally {
      inspector.close();
    }
  } finally {
    database?.close();
    await window?.close();
    await parley.stop();
    phone.stop();
    await lab.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One call of ours, in milliseconds from the click. */
interface Dialled {
  readonly shownMs: number;
  readonly heardMs: number;
  readonly inviteMs: number;
  readonly establishedMs: number;
  readonly ackMs: number;
}

/** The calls, one of each kind a turn. */
class Turns {
  readonly #lab: Lab;
  readonly #phone: CalledPhone;
  readonly #window: BenchWindow;
  readonly #page: DevTools;
  readonly #connectedAt: Statement<[], { readonly connected_at_ms: number | null }>;
  readonly #samples: Samples = {
    dialMs: [],
    ackMs: [],
    dialShownMs: [],
    peerDialMs: [],
    firstAudioMs: [],
    inviteMs: [],
    ringMs: [],
    answerAudioMs: [],
  };

  constructor(lab: Lab, phone: CalledPhone, window: BenchWindow, database: Database.Database) {
    this.#lab = lab;
    this.#phone = phone;
    this.#window = window;
    this.#page = window.page;
    this.#connectedAt = database.prepare(
      "SELECT connected_at_ms FROM call_history WHERE direction = 'out' ORDER BY started_at_ms DESC LIMIT 1",
    );
  }

  async run(turns: number): Promise<Samples> {
    const { offsetMs, doubtMs } = await clockOffsetMs(this.#page);
    process.stderr.write(`the window's clock is ${offsetMs.toFixed(2)} ms ahead, give or take ${doubtMs.toFixed(2)}\n`);
    for (let turn = 0; turn < warmUpCalls + turns; turn += 1) {
      await pause(betweenCallsMs);
      const dialled = await this.#callOut(offsetMs);
      const peerMs = await this.#baresipCalls();
      const ringMs = await this.#callIn(offsetMs);
      const answerAudioMs = await this.#answerIn(offsetMs);
      if (turn >= warmUpCalls) {
        this.#samples.dialMs.push(dialled.establishedMs);
        this.#samples.ackMs.push(dialled.ackMs);
        this.#samples.dialShownMs.push(dialled.shownMs);
        this.#samples.firstAudioMs.push(dialled.heardMs);
        this.#samples.inviteMs.push(dialled.inviteMs);
        this.#samples.peerDialMs.push(peerMs);
        this.#samples.ringMs.push(ringMs);
        this.#samples.answerAudioMs.push(answerAudioMs);
      }
    }
    return this.#samples;
  }

  /** From the click to "connected" on the screen, to the microphone's tone at the far end, and to what the far end got. */
  async #callOut(offsetMs: number): Promise<Dialled> {
    const page = this.#page;
    const before = this.#phone.calls;
    this.#phone.listenAnew();
    const window = this.#window;
    await window.search(this.#lab.account(calledUser).extension);
    const call = await window.find('[role="option"]', 'Call');
    await window.move(call);
    await pause(restMs);
    await window.press(call);
    await pause(pressMs);
    await window.letGo(call, quietMs);
    const connectedMs = await shownMs(page, 'connected');
    const clicked = await clickedMs(page);
    const heardMs = await until('the tone at the far end', () => this.#phone.firstToneMs).catch((error: unknown) => {
      throw new Error(`of ${this.#phone.packets} packets none carried the tone`, { cause: error });
    });
    await this.#window.click(await this.#window.find('button', 'End call'));
    await gone(page, 'connected');
    await until('the end of the call', () => this.#phone.calls.ended > before.ended);
    const { invite, ack } = this.#phone.signalledMs;
    const established = await until('the call in the history', () => this.#establishedMs(clicked - offsetMs));
    const sinceClick = (farEndMs: number): number => farEndMs + offsetMs - clicked;
    return {
      shownMs: connectedMs - clicked,
      heardMs: sinceClick(heardMs),
      inviteMs: sinceClick(invite),
      establishedMs: sinceClick(established),
      ackMs: sinceClick(ack),
    };
  }

  /** When our service had the last call out established; undefined while its history does not say so. */
  #establishedMs(sinceMs: number): number | undefined {
    const atMs = this.#connectedAt.get()?.connected_at_ms ?? 0;
    // The record has whole milliseconds, which began up to one earlier: the middle of it is right over many calls.
    return atMs + 1 < sinceMs ? undefined : atMs + 0.5;
  }

  /** The same call by baresip. */
  async #baresipCalls(): Promise<number> {
    const { bob } = this.#lab;
    const before = this.#phone.calls;
    const from = bob.events.length;
    const startedMs = performance.now();
    await bob.dial(`sip:${this.#lab.account(calledUser).extension}@${DOMAIN}`);
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
    await pause(quietMs);
    const ringingMs = await shownMs(this.#page, 'ringing');
    await bob.hangUp();
    await bob.waitFor('CALL_CLOSED', { from });
    await gone(this.#page, 'ringing');
    return ringingMs - offsetMs - startedMs;
  }

  /** A call that the scripted phone places and we answer. */
  async #answerIn(offsetMs: number): Promise<number> {
    const page = this.#page;
    const before = this.#phone.calls;
    // The last call took the leg that was ready.
    await pause(legReadyMs);
    this.#phone.listenAnew();
    const { password } = this.#lab.account(calledUser);
    this.#phone.call({ domain: DOMAIN, user: 'alice', password, proxyPort: this.#lab.kamailio.ports.udp });
    await shownMs(page, 'ringing');
    await this.#window.click(await this.#window.find('[role="alertdialog"] button', 'Answer'));
    const heardMs = await until('the tone at the far end', () => this.#phone.firstToneMs);
    const hearsMs = await soundMs(page);
    const clicked = await clickedMs(page);
    await this.#window.click(await this.#window.find('button', 'End call'));
    await gone(page, 'connected');
    await until('the end of the call', () => this.#phone.calls.ended > before.ended);
    return Math.max(heardMs + offsetMs, hearsMs) - clicked;
  }

  /** A call out, heard and ended, for what is left of it. */
  async callOut(): Promise<void> {
    await this.#callOut(0);
  }
}

function reportAll(report: (figure: Figure) => void, samples: Samples): void {
  const { dialMs, dialShownMs, peerDialMs, firstAudioMs, ringMs } = samples;
  process.stderr.write(
    `click to INVITE at the far end p50 ${median(samples.inviteMs).toFixed(1)}, to established ${median(dialMs).toFixed(1)}, ` +
      `to the ACK at the far end ${median(samples.ackMs).toFixed(1)}, on the screen ${median(dialShownMs).toFixed(1)} ms\n` +
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
  report(figure({ bench: 'call', metric: 'dialShown', unit: 'ms', samples: dialShownMs }));
  report(figure({ bench: 'call', metric: 'firstAudio', unit: 'ms', samples: firstAudioMs }));
  report(figure({ bench: 'call', metric: 'ring', unit: 'ms', samples: ringMs }));
  report(figure({ bench: 'call', metric: 'answerAudio', unit: 'ms', samples: samples.answerAudioMs }));
}

function reportLeak(report: (figure: Figure) => void, n: number, leak: Leak): void {
  const { descriptors, sockets, timers, mb } = leak;
  process.stderr.write(
    `after ${n} calls: ${descriptors} more descriptors (${sockets} of them sockets), ${timers} more timers, ${mb.toFixed(1)} MB\n`,
  );
  const left = Math.max(0, descriptors) + Math.max(0, timers);
  report(figure({ bench: 'call', metric: 'leak', unit: 'descriptors, ports and timers', n, value: left }));
  report(figure({ bench: 'call', metric: 'leakMemoryMb', unit: 'MB', n, value: mb }));
}
