import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

test('the strip shows while chat is gone and goes when it is back; nothing written is lost', async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  const { prosody, colleagues } = lab.owned();
  await window.openChat('Bob Okafor');
  await expect(window.strip).toBeHidden();
  await prosody.kill();
  await expect(window.strip).toContainText(/chat/i);
  await window.send('Written while offline');
  await expect(window.messages.getByText('Sending')).toBeVisible();
  await prosody.start();
  await expect(window.strip).toBeHidden({ timeout: 30_000 });
  await expect(window.messages.getByText('Sending')).toBeHidden({ timeout: 30_000 });
  await expect(window.messages.getByText('Sent', { exact: true }).last()).toBeVisible();
  await colleagues.restart();
});
