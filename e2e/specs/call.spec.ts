import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toneIn, twoTones, writeToneWav } from '../lab/tone.ts';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { listenInWindow } from '../harness/window-sound.ts';

test(
  'a call has sound both ways, and neither side hears itself',
  { tag: ['@kamailio', '@rtpengine'] },
  async ({ lab, parley }) => {
    const { bob } = lab.owned();
    const [mine, theirs] = twoTones();
    const folder = mkdtempSync(join(tmpdir(), 'parley-tone-'));
    const microphoneWav = join(folder, 'microphone.wav');
    writeToneWav(microphoneWav, mine, 10);
    await bob.useSound({ kind: 'tone', hz: theirs });
    const page = await parley.open(await parley.start(), { microphoneWav });
    const window = new ParleyWindow(page);
    await window.dial(lab.account('bob').extension);
    await expect(window.stage('Bob Okafor')).toBeVisible();
    await expect(window.timer).toBeVisible();
    const heard = await listenInWindow(page, [mine, theirs]);
    expect(heard.of(theirs)).toBeGreaterThan(10 * heard.of(mine));
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    const recording = lastOf(bob.recordings('heard'));
    await expect.poll(() => toneIn(recording, mine).share).toBeGreaterThan(0.5);
    expect(toneIn(recording, theirs).share).toBeLessThan(0.05);
    rmSync(folder, { recursive: true });
  },
);

function lastOf(files: readonly string[]): string {
  const last = files.at(-1);
  if (last === undefined) throw new Error('nothing was recorded');
  return last;
}
