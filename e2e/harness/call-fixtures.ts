import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { BaresipPhone } from '../lab/baresip.ts';
import type { LabTransport } from '../lab/client-settings.ts';
import { seedFor } from '../lab/client-settings.ts';
import type { LinphonePhone } from '../lab/linphone.ts';
import { twoTones, writeToneWav } from '../lab/tone.ts';
import type { ChromiumOptions } from './chromium.ts';
import { test as base } from './fixtures.ts';
import type { WindowOptions } from './fixtures.ts';
import type { ParleyProcess } from './parley-process.ts';
import { ParleyWindow } from './parley-window.ts';

/** Tones of this run: what alice's microphone hears, and what bob's phone plays. */
export const [myHz, farHz] = twoTones();

/** alice's Parley with its line up and a window whose microphone hears her tone. */
export interface Caller {
  readonly process: ParleyProcess;
  readonly page: Page;
  readonly window: ParleyWindow;
}

export interface CallerOptions extends ChromiumOptions, WindowOptions {
  readonly transport?: LabTransport;
  /** An existing data directory. */
  readonly dataDirectory?: string;
  /** Settings beside and before those of the lab. */
  readonly settings?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** An administrator's policy file. */
  readonly policyFile?: string;
  /** Options of Node itself, before the program. */
  readonly nodeOptions?: readonly string[];
  /** See ParleyOptions. */
  readonly isMeantToFail?: boolean;
}

interface CallWorkerFixtures {
  /** alice's tone, for Chromium's fake microphone. */
  readonly microphoneWav: string;
}

interface CallFixtures {
  /** Answers at once, plays his tone and records what he hears. */
  readonly bob: BaresipPhone;
  /** Rings until she is told to answer, then sends back what she hears. */
  readonly carol: BaresipPhone;
  /** A linphone, to be started by its `use`; it is gone after the test. */
  readonly frank: LinphonePhone;
  readonly startCaller: (options?: CallerOptions) => Promise<Caller>;
  /** alice over TLS, with a microphone. */
  readonly caller: Caller;
}

export const test = base.extend<CallFixtures, CallWorkerFixtures>({
  microphoneWav: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-microphone-'));
      const path = join(folder, 'microphone.wav');
      writeToneWav(path, myHz, 2);
      await use(path);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  bob: async ({ lab }, use) => {
    const { bob } = lab.owned();
    await readyPhone(bob, { sound: { kind: 'tone', hz: farHz } });
    await use(bob);
  },

  carol: async ({ lab }, use) => {
    const { carol } = lab.owned();
    await readyPhone(carol, { answerMode: 'manual', sound: { kind: 'echo' } });
    await use(carol);
    if (carol.state === 'running') await carol.endCalls();
  },

  frank: async ({ lab }, use) => {
    const { frank } = lab.owned();
    await use(frank);
    await frank.kill();
    await lab.owned().kamailio.unregister('frank');
  },

  startCaller: async ({ lab, parley, microphoneWav }, use) => {
    // A Parley that an earlier spec killed is still registered: the call would fork to it.
    await lab.owned().kamailio.unregister('alice');
    await use(async (options = {}) => {
      const { transport, dataDirectory, settings, policyFile, nodeOptions, isMeantToFail, ...rest } = options;
      const before = dataDirectory === undefined ? 0 : registrations(dataDirectory);
      const process = await parley.start({
        seed: { ...seedFor(lab.description, 'alice', transport), ...settings },
        ...(dataDirectory === undefined ? {} : { dataDirectory }),
        ...(policyFile === undefined ? {} : { policyFile }),
        ...(nodeOptions === undefined ? {} : { nodeOptions }),
        ...(isMeantToFail === undefined ? {} : { isMeantToFail }),
      });
      const page = await parley.open(process, { microphoneWav, ...rest });
      const window = new ParleyWindow(page);
      await expect.poll(() => registrations(process.dataDirectory), { intervals: [50] }).toBeGreaterThan(before);
      return { process, page, window };
    });
  },

  caller: async ({ startCaller }, use) => {
    await use(await startCaller());
  },
});

/** A phone without calls that answers and sounds like this; it stays so for the next test that wants the same. */
export async function readyPhone(phone: BaresipPhone, wanted: Parameters<BaresipPhone['use']>[0]): Promise<void> {
  // The proxy would go on telling of a call whose phone was restarted.
  if (phone.state === 'running') await phone.endCalls();
  await phone.use(wanted);
}

/** How often a Parley with this data directory got its phone line, by its log. */
function registrations(dataDirectory: string): number {
  const log = readFileSync(join(dataDirectory, 'logs', 'parley.log'), 'utf8');
  return log.split('\n').filter((line) => line.includes(' registered')).length;
}

/** Process id of the media gateway that a Parley runs beside itself. */
export function gatewayPid(parley: ParleyProcess): number {
  const children = readFileSync(`/proc/${String(parley.pid)}/task/${String(parley.pid)}/children`, 'utf8');
  const found = children
    .trim()
    .split(' ')
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('media-gateway'));
  if (found === undefined) throw new Error('Parley runs no media gateway');
  return Number(found);
}

export { expect };
