import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { PacketEar } from '../harness/packet-ear.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };
/** DSCP EF, of telephony (RFC 4594 section 4.1). */
const expedited = 46;

interface Ports {
  readonly first: number;
  readonly last: number;
}
const isIn = (port: number, { first, last }: Ports): boolean => port >= first && port <= last;

const ear = test.extend<{ readonly ear: PacketEar }>({
  ear: async ({}, use) => {
    const opened = PacketEar.open();
    if (typeof opened === 'string') {
      test.skip(true, opened);
      return;
    }
    await use(opened);
    opened.close();
  },
});

ear(
  'the sound of a call leaves from a port of its range, marked as telephony',
  { tag: '@kamailio' },
  async ({ lab, startCaller, bob, ear: packets }) => {
    const range = { first: 15_200, last: 15_231 };
    const { page, window } = await startCaller({ settings: { 'calls.audioPortRange': '15200-15231' } });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const flows = packets.flows().filter(({ from }) => isIn(from, range));
    const sound = flows.filter((flow) => flow.packets > 50);
    expect(sound).toHaveLength(1);
    // RTP and its RTCP beside it.
    for (const flow of flows) expect(flow.dscps).toEqual([expedited]);
    expect((sound[0]?.from ?? 1) % 2).toBe(0);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
  },
);

ear(
  'sound that the window sends itself, over WebSocket, is marked as telephony too',
  { tag: ['@kamailio', '@rtpengine'] },
  async ({ lab, startCaller, bob, ear: packets }) => {
    const { page, window } = await startCaller({ transport: 'wss' });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const relay = lab.owned().rtpengine.mediaRange;
    const phone = bob.mediaRange;
    const fromWindow = packets
      .flows()
      .filter(({ from, to }) => isIn(to, relay) && !isIn(from, relay) && !isIn(from, phone));
    const sound = fromWindow.filter((flow) => flow.packets > 50);
    expect(sound).toHaveLength(1);
    expect(sound[0]?.dscps).toEqual([expedited]);
  },
);

test(
  'when no port of the range is free, calls out and in end in clear words, and the next one works once there is one',
  { tag: '@kamailio' },
  async ({ lab, startCaller, bob }) => {
    const taken = await Promise.all(Array.from({ length: 16 }, (_none, index) => take(15_300 + index)));
    const { page, window } = await startCaller({ settings: { 'calls.audioPortRange': '15300-15315' } });
    const { extension } = lab.account('bob');
    await window.dial(extension);
    await expect(window.stage('Bob Okafor')).toContainText('All ports for sound are in use');
    await expect(window.controls).toBeHidden();
    const from = bob.events.length;
    await bob.dial(lab.account('alice').address);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    // The caller is refused and not left ringing.
    expect((await bob.waitFor('CALL_CLOSED', { from })).param).toMatch(/^480/);
    await expect(window.stage('Bob Okafor')).toContainText('All ports for sound are in use');
    await expect(window.controls).toBeHidden();
    for (const socket of taken) socket.close();
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
  },
);

function take(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      resolve(socket);
    });
  });
}
