import { randomBytes } from 'node:crypto';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { TlsRelay } from '../harness/tls-relay.ts';
import { seedFor } from '../lab/client-settings.ts';

/** What no IMAP server says (RFC 3501 section 9). */
const brokenAnswers: readonly { readonly what: string; readonly bytes: Buffer | string }[] = [
  { what: 'another protocol', bytes: 'HTTP/1.1 400 Bad Request\r\n\r\n<html>\r\n' },
  {
    // One answer, for what never ends costs the whole time that a command has.
    what: 'random bytes, then brackets that never close, and a literal of four gigabytes',
    bytes: Buffer.concat([
      randomBytes(4_096),
      Buffer.from(`\r\n* 1 FETCH ${'('.repeat(5_000)}BODY[] {4294967296}\r\n`),
    ]),
  },
];

test(
  'a voicemail server that answers with garbage is said in words; the list stays, and so does Parley',
  { tag: '@dovecot' },
  async ({ lab, parley }) => {
    // What makes no sense and does not end either is given up after the time that a command has.
    test.setTimeout(120_000);
    const { certificates, dovecot } = lab.owned();
    const relay = new TlsRelay({ host: '127.0.0.1', port: dovecot.ports.imaps }, certificates.good);
    await relay.start();
    try {
      const seed = {
        ...seedFor(lab.description, 'alice'),
        'voicemail.servers': [relay.address],
        'phone.enabled': false,
        'directory.enabled': false,
      };
      const service = await parley.start({ seed });
      const window = new ParleyWindow(await parley.open(service));
      const { pid } = service;
      await window.go('Voicemail');
      const rows = window.page.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
      await expect(rows.first()).toBeVisible();
      const count = await rows.count();
      for (const { what, bytes } of brokenAnswers) {
        await test.step(what, async () => {
          await expect(window.strip).toBeHidden();
          relay.lie(() => bytes);
          await window.page.getByRole('button', { name: 'Check now' }).click();
          await expect(window.strip).toContainText(
            /The voicemail server (gave an answer that makes no sense|does not answer)\./,
            { timeout: 30_000 },
          );
          await expect(rows).toHaveCount(count);
          relay.tellTheTruth();
          await window.tryNow();
        });
      }
      await expect(window.strip).toBeHidden();
      await expect(rows).toHaveCount(count);
      expect(service.pid).toBe(pid);
      expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
    } finally {
      relay.stop();
    }
  },
);

test(
  'a voice message whose sound was cut off says so, and the others play',
  { tag: '@dovecot' },
  async ({ lab, alice }) => {
    const window = new ParleyWindow(alice);
    const { dovecot } = lab.owned();
    await window.go('Voicemail');
    const rows = alice.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
    const script = { from: 'heidi', voice: 'en', ageMs: 0, isSeen: false };
    await dovecot.leaveVoicemail({ ...script, text: 'This one arrived whole.' });
    await expect(rows.first()).toContainText('Heidi');
    await dovecot.leaveVoicemail({
      ...script,
      from: 'grace',
      text: 'This one was cut off in the middle.',
      keptBytes: 9_000,
    });
    await dovecot.leaveVoicemail({ ...script, from: 'dave', text: 'Of this one nothing came.', keptBytes: 0 });
    for (const [index, from] of ['Dave', 'Grace', 'Heidi'].entries()) await expect(rows.nth(index)).toContainText(from);
    const player = alice.getByRole('toolbar', { name: 'Player' });
    for (const index of [0, 1]) {
      await rows
        .nth(index)
        .getByRole('button', { name: /^Open message/ })
        .click();
      await expect(player.getByRole('status')).toContainText(/cannot be played here.*Call voicemail to hear it\./);
      await expect(player.getByRole('button', { name: 'Play', exact: true })).toBeDisabled();
    }
    await rows
      .nth(2)
      .getByRole('button', { name: /^Open message/ })
      .click();
    await player.getByRole('button', { name: 'Play', exact: true }).click();
    const position = player.getByRole('slider', { name: 'Position' });
    await expect.poll(async () => Number(await position.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    await expect(window.strip).toBeHidden();
  },
);
