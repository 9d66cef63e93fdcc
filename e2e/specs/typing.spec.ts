import { expect, test } from '../harness/fixtures.ts';
import type { LabFixture } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

/** Chat states that this colleague saw of alice from this position of the colleagues' events on. */
function statesSeen(lab: LabFixture, user: string, from: number): readonly string[] {
  return lab
    .owned()
    .colleagues.events.slice(from)
    .flatMap((event) => (event.event === 'chatState' && event.user === user ? [event.state] : []));
}

test(
  'the other person sees that a message is being written, that it pauses and that it came',
  { tag: '@prosody' },
  async ({ lab, alice }) => {
    const { colleagues } = lab.owned();
    const window = new ParleyWindow(alice);
    await window.openChat('Bob Okafor');
    // Bob's answer tells that his client knows chat states (XEP-0085 section 5.1).
    const hello = `Hello ${String(Date.now())}`;
    await window.send(hello);
    await expect(window.messages.getByText(hello)).toHaveCount(2);
    const from = colleagues.events.length;
    await window.composer.pressSequentially('Are you');
    await expect.poll(() => statesSeen(lab, 'bob', from)).toEqual(['composing']);
    // Nothing more is typed.
    await expect.poll(() => statesSeen(lab, 'bob', from)).toEqual(['composing', 'paused']);
    await window.composer.pressSequentially(' there?');
    await expect.poll(() => statesSeen(lab, 'bob', from)).toEqual(['composing', 'paused', 'composing']);
    await window.composer.press('Enter');
    await expect.poll(() => statesSeen(lab, 'bob', from)).toEqual(['composing', 'paused', 'composing', 'active']);
  },
);

test('who does not want others to see it tells nobody', { tag: '@prosody' }, async ({ lab, alice }) => {
  const { colleagues } = lab.owned();
  const window = new ParleyWindow(alice);
  await window.openChat('Bob Okafor');
  const hello = `Quietly ${String(Date.now())}`;
  await window.send(hello);
  await expect(window.messages.getByText(hello)).toHaveCount(2);
  const privacy = await window.goToSettings('Privacy and policy');
  await privacy.getByRole('switch', { name: 'Let others see when I am typing' }).click();
  await window.go('Chats');
  const from = colleagues.events.length;
  await window.composer.pressSequentially('Nobody sees this');
  await window.composer.press('Enter');
  await expect.poll(() => statesSeen(lab, 'bob', from)).toEqual(['active']);
});
