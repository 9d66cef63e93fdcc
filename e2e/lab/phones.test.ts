import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { toneIn } from './tone.ts';
import { until } from './wait.ts';

const BOB_HZ = 440;
const FRANK_HZ = 1_230;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ servers: ['bob'], bobHz: BOB_HZ });
}, 30_000);

afterAll(async () => {
  await lab.stop();
}, 30_000);

/** How long a tone was heard in all recordings together. */
const heardMs = (files: readonly string[], hz: number): number =>
  files.reduce((sum, file) => sum + toneIn(file, hz).heardMs, 0);

/** From now on each phone hears the other's tone for half a second. */
async function hearEachOther(): Promise<void> {
  const byBob = (): number => heardMs(lab.bob.recordings('heard'), FRANK_HZ);
  const byFrank = (): number => heardMs(lab.frank.recordings(), BOB_HZ);
  const before = [byBob(), byFrank()] as const;
  await until('bob to hear frank', () => byBob() >= before[0] + 500);
  await until('frank to hear bob', () => byFrank() >= before[1] + 500);
}

/** How linphone's own log describes the keys in use. */
const sdesLines = (): readonly string[] =>
  readFileSync(lab.frank.trace, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('a=crypto:'));

test('linphone and baresip call each other with sound both ways, in the clear', { timeout: 60_000 }, async () => {
  await lab.frank.use({ hz: FRANK_HZ });
  lab.frank.dial(lab.account('bob').number);
  await lab.frank.waitFor(/Call \d+ with .* connected/);
  await hearEachOther();
  expect(sdesLines()).toEqual([]);
  let from = lab.frank.lines.length;
  lab.frank.hangUp();
  await lab.frank.waitFor(/ended/, { from });
  from = lab.frank.lines.length;
  await lab.bob.dial(lab.account('frank').extension);
  await lab.frank.waitFor(/connected/, { from });
  await lab.bob.hangUp();
  await lab.frank.waitFor(/ended/, { from });
});

test(
  'with SDES required on both sides there is sound; without it on one side the call fails',
  { timeout: 60_000 },
  async () => {
    await lab.bob.useEncryption('required');
    await lab.frank.use({ hz: FRANK_HZ, encryption: 'required', suites: ['AES_CM_128_HMAC_SHA1_80'] });
    let from = lab.frank.lines.length;
    lab.frank.dial(lab.account('bob').number);
    await lab.frank.waitFor(/Call \d+ with .* connected/, { from });
    await hearEachOther();
    expect(sdesLines().join('\n')).toContain('AES_CM_128_HMAC_SHA1_80');
    const closed = lab.bob.events.length;
    lab.frank.hangUp();
    await lab.bob.waitFor('CALL_CLOSED', { from: closed });
    await lab.frank.use({ hz: FRANK_HZ });
    from = lab.frank.lines.length;
    lab.frank.dial(lab.account('bob').number);
    expect(await lab.frank.waitFor(/Call \d+ with .* (error|ended)/, { from })).not.toContain('No error');
    await lab.bob.useEncryption('none');
  },
);
