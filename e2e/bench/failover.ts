import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { launchChromium } from '../harness/chromium.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { seedFor } from '../lab/client-settings.ts';
import type { LabTransport } from '../lab/client-settings.ts';
import type { KamailioServer } from '../lab/kamailio.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { writeToneWav } from '../lab/tone.ts';
import { pause, until } from '../lab/wait.ts';
import { figure, quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { OwnStalls, RtpGaps } from './rtp-gaps.ts';
import { ScriptedPhone } from './scripted-phone.ts';

const transports = ['tcp', 'tls', 'wss'] as const satisfies readonly LabTransport[];
/** For each transport: enough together for a 95th percentile. */
const killsEach = 14;
const callsKilled = 3;
const callsFrozen = 6;
const toneHz = 440;
/** Whom the calls reach: a lab account without a phone of its own. */
const calledUser = 'dave';
const contactLifeS = 3_600;
/** A line that is up long enough to be at rest. */
const settleMs = 400;
/** The sound is watched for so long before and after. */
const listenMs = 1_500;
const lookEveryMs = 5;
const giveUpMs = 30_000;

interface Samples {
  readonly killedMs: number[];
  readonly frozenMs: number[];
  readonly gapPackets: number[];
}

/**
 * From the death of the proxy to being registered at the next one, with and without a call, and what the far end of a
 * call misses of its sound meanwhile. Every round begins with a Parley that never met the servers.
 */
export async function benchFailover(report: (figure: Figure) => void, turns?: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const microphoneWav = join(directory, 'microphone.wav');
  writeToneWav(microphoneWav, toneHz, 2);
  const lab = await startLab({ servers: ['standby'] });
  const phone = await ScriptedPhone.start(calledUser, toneHz);
  const browser = await launchChromium({ microphoneWav, isWhole: true });
  const samples: Samples = { killedMs: [], frozenMs: [], gapPackets: [] };
  try {
    for (const transport of transports) {
      const times: number[] = [];
      for (let round = 0; round < (turns ?? killsEach); round += 1) times.push(await killedWhileIdle(lab, transport));
      process.stderr.write(
        `${transport}: p50 ${quantile(times, 0.5).toFixed(0)}, slowest ${Math.max(...times).toFixed(0)} ms\n`,
      );
      samples.killedMs.push(...times);
    }
    for (let round = 0; round < Math.min(callsKilled, turns ?? callsKilled); round += 1) {
      const killedMs = await inCall(lab, browser, phone, samples, async (first) => {
        await first.kill();
      });
      samples.killedMs.push(killedMs);
    }
    for (let round = 0; round < Math.min(callsFrozen, turns ?? callsFrozen); round += 1) {
      const frozenMs = await inCall(lab, browser, phone, samples, async (first, turn) => {
        // The moment between two signs of life differs from round to round.
        await pause(turn * 330);
        first.freeze();
      });
      samples.frozenMs.push(frozenMs);
    }
  } finally {
    await browser.close();
    phone.stop();
    await lab.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const { killedMs, frozenMs, gapPackets } = samples;
  report(figure({ bench: 'failover', metric: 'killed', unit: 'ms', samples: killedMs }));
  report(figure({ bench: 'failover', metric: 'frozen', unit: 'ms', value: Math.max(...frozenMs), n: frozenMs.length }));
  report(
    figure({
      bench: 'failover',
      metric: 'mediaGapPackets',
      unit: 'packets',
      value: gapPackets.reduce((sum, packets) => sum + packets, 0),
      n: gapPackets.length,
    }),
  );
}

async function killedWhileIdle(lab: Lab, transport: LabTransport): Promise<number> {
  const parley = await atRest(lab, transport);
  try {
    const startedMs = performance.now();
    await lab.kamailio.kill();
    return (await registeredMs(lab.standby)) - startedMs;
  } finally {
    await parley.stop();
    await wellAgain(lab);
  }
}

/** A call over the first server, which then `dies`; resolves with the milliseconds to the line at the next one. */
async function inCall(
  lab: Lab,
  browser: Browser,
  phone: ScriptedPhone,
  samples: Samples,
  dies: (first: KamailioServer, turn: number) => Promise<void>,
): Promise<number> {
  const gaps = new RtpGaps();
  // The phone is this process's, which starts and kills servers meanwhile.
  const stalls = new OwnStalls();
  phone.onPacket = (packet, atMs) => {
    gaps.receive(packet, atMs, stalls.take(atMs));
  };
  const { error } = await lab.kamailio.rpc('ul.add', [
    ...['location', calledUser, phone.contact],
    ...[contactLifeS, 1, '0', 0, 0, 0],
  ]);
  if (error !== undefined) throw new Error(`kamailio refuses ${phone.contact}: ${error.message}`);
  const parley = await atRest(lab, 'tls');
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
  try {
    await context.grantPermissions(['microphone', 'notifications'], { origin: parley.origin });
    const page = await context.newPage();
    await page.goto(parley.windowUrl);
    phone.listenAnew();
    await new ParleyWindow(page).dial(lab.account(calledUser).extension);
    await until('the tone at the far end', () => phone.firstToneMs !== undefined, giveUpMs);
    gaps.begin();
    await pause(listenMs);
    const startedMs = performance.now();
    let diedMs = startedMs;
    await dies(lab.kamailio, samples.frozenMs.length).finally(() => {
      diedMs = lab.kamailio.state === 'frozen' ? performance.now() : startedMs;
    });
    const upMs = await registeredMs(lab.standby);
    await pause(listenMs);
    if (gaps.packets < 50) throw new Error(`the far end heard ${String(gaps.packets)} packets only`);
    samples.gapPackets.push(gaps.gapPackets);
    process.stderr.write(
      `in a call: ${(upMs - diedMs).toFixed(0)} ms, ${String(gaps.packets)} packets, ${gaps.summary}\n`,
    );
    return upMs - diedMs;
  } finally {
    stalls.stop();
    await context.close();
    await parley.stop();
    await wellAgain(lab);
  }
}

/** A Parley whose line is up at the first server. */
async function atRest(lab: Lab, transport: LabTransport): Promise<ParleyProcess> {
  const alice = lab.account('alice');
  const parley = new ParleyProcess({
    seed: {
      ...seedFor(lab.description, 'alice', transport),
      'phone.servers': [lab.kamailio, lab.standby].map(({ ports }) => `127.0.0.1:${String(ports[transport])}`),
    },
    signIn: { address: alice.address, password: alice.password },
  });
  await parley.start();
  await lab.kamailio.whenRegistered('alice');
  await pause(settleMs);
  return parley;
}

/** When alice is registered there. */
async function registeredMs(server: KamailioServer): Promise<number> {
  await until('alice to register at the next server', () => isAt(server), giveUpMs, lookEveryMs);
  return performance.now();
}

function isAt(server: KamailioServer): Promise<boolean> {
  // On a busy computer a question may find nobody at once.
  return server.isRegistered('alice').catch(() => false);
}

async function wellAgain(lab: Lab): Promise<void> {
  const { kamailio, standby } = lab;
  if (kamailio.state === 'frozen') kamailio.thaw();
  if (kamailio.state === 'stopped') await kamailio.start();
  for (const server of [kamailio, standby]) await server.unregister('alice');
}
