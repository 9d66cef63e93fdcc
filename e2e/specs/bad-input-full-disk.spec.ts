import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { SmallDisk } from '../harness/small-disk.ts';
import { withStore } from '../harness/stored-data.ts';

/** Holds the program, its cache of the directory and its log, with little to spare. */
const diskMegabytes = 48;

test(
  'a full disk is said, stops neither chat nor calls nor Parley, and loses nothing',
  { tag: ['@prosody', '@kamailio'] },
  async ({ lab, parley, scratch }) => {
    test.setTimeout(120_000);
    const disk = SmallDisk.mount(scratch, diskMegabytes);
    if (typeof disk === 'string') {
      test.skip(true, disk);
      return;
    }
    try {
      const { colleagues } = lab.owned();
      const service = await parley.start({ dataDirectory: disk.folder });
      const { pid } = service;
      const window = new ParleyWindow(await parley.open(service));
      const stamp = String(Date.now());
      await window.openChat('Bob Okafor');
      await window.send(`Before the disk was full ${stamp}`);
      await expect(window.messages.getByText('Sending')).toBeHidden();

      disk.fill();
      // The database has some room left in pages of its own; a long text takes it.
      const long = `Refused ${stamp} ${'and on '.repeat(1_000)}`;
      const refusal = window.page.getByRole('alert').filter({ hasText: 'The disk is full' });
      await expect
        .poll(async () => {
          if (!(await refusal.first().isVisible())) await window.send(long);
          return await window.strip.isVisible();
        })
        .toBe(true);
      await expect(window.strip).toContainText('The disk is full, so Parley cannot store anything new.');
      await expect(refusal.first()).toBeVisible();
      // What was not taken stands in the field again.
      await expect(window.composer).toHaveValue(/^Refused/);
      await window.composer.fill('');

      colleagues.say('dave', `Into the full disk ${stamp}`);
      // A call needs no disk.
      await window.dial(lab.account('bob').extension);
      await expect(window.timer).toBeVisible();
      await window.control('End call').click();
      await expect(window.controls).toBeHidden();
      await expect(window.strip).toContainText(/disk/);

      disk.free();
      await expect(window.strip).toBeHidden({ timeout: 60_000 });
      await window.go('Calls');
      await expect(window.history).toHaveCount(1);
      await expect(window.history.first()).toContainText('Bob Okafor');
      await window.go('Chats');
      await window.conversation('Dave Moreau').click();
      await expect(window.messages.getByText(`Into the full disk ${stamp}`)).toHaveCount(1);
      await window.openChat('Bob Okafor');
      await window.send(`After it ${stamp}`);
      await expect(window.messages.getByText('Sending')).toBeHidden();
      expect(service.pid).toBe(pid);
      expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);

      await service.stop();
      const stored = withStore(disk.folder, ({ db }) => ({
        texts: db
          .prepare("SELECT substr(body, 1, 40) FROM messages WHERE body LIKE '%' || ? || '%'")
          .pluck()
          .all(stamp),
        calls: db.prepare('SELECT number, ended_at_ms IS NOT NULL AS ended FROM call_history').all(),
      }));
      expect(stored.texts).toEqual(
        expect.arrayContaining([
          `Before the disk was full ${stamp}`,
          `Into the full disk ${stamp}`,
          `After it ${stamp}`,
        ]),
      );
      expect(stored.calls).toEqual([expect.objectContaining({ ended: 1 })]);
    } finally {
      disk.unmount();
    }
  },
);
