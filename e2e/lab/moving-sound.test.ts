import { execFileSync } from 'node:child_process';
import { createServer, connect } from 'node:net';
import type { Server, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { SoundLab } from './sound-lab.test-support.ts';
import { Stranger } from './stranger.test-support.ts';
import { until } from './wait.ts';

/** Sound whose way changes in mid-call: an address of this computer goes, and strangers who want to be the far end. */
const sound = SoundLab.use();

/** An address of loopback comes or goes, as with a VPN. False where that is not allowed. */
function address(change: 'add' | 'del', of: string): boolean {
  try {
    execFileSync('ip', ['address', change, `${of}/32`, 'dev', 'lo'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A way to the proxy over one address of this computer: who comes by it comes from that address, too. */
class Way {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  constructor(proxyPort: number) {
    this.#server = createServer((near) => {
      const far = connect(proxyPort, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  get port(): number {
    return this.#port;
  }

  async open(host: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    const bound = this.#server.address();
    this.#port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

test(
  'a stranger who sends sound to the port of a call is not heard and gets nothing',
  { timeout: 120_000 },
  async () => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    await sound.call('frank');
    const { remote } = await rig.audio();
    const stranger = await Stranger.start(rig.localPort);
    try {
      await until(
        'the stranger to be refused',
        async () => ((await rig.audio()).dropped['source'] ?? 0) > 200,
        30_000,
        50,
      );
      await rig.expectSoundBothWays(lab.frank, farHz);
      expect((await rig.audio()).remote).toBe(remote);
      expect(stranger.received).toBe(0);
      await sound.endWith(lab.frank);
    } finally {
      stranger.stop();
    }
  },
);

const [first, second] = ['127.0.99.81', '127.0.99.82'] as const;

test(
  'an address of this computer goes in mid-call: the sound comes from the other one',
  { timeout: 120_000 },
  async ({ skip }) => {
    const { lab, rig, farHz } = sound;
    if (!address('add', first) || !address('add', second)) skip('this machine does not let us add an address');
    const ways = [new Way(lab.kamailio.ports.tls), new Way(lab.kamailio.ports.tls)] as const;
    try {
      await ways[0].open(first);
      await ways[1].open(second);
      await lab.frank.use({ hz: farHz });
      await rig.use({ mode: 'never', keysAreSecret: false }, [
        { host: first, port: ways[0].port },
        { host: second, port: ways[1].port },
      ]);
      await sound.call('frank');
      expect(rig.localAddress).toBe(first);
      address('del', first);
      ways[0].cut();
      await until('the sound to be offered from the other address', () => rig.localAddress === second, 30_000, 50);
      await rig.expectSoundBothWays(lab.frank, farHz);
      expect(rig.events.map(({ type }) => type)).not.toContain('end');
      await sound.endWith(lab.frank);
    } finally {
      address('del', first);
      address('del', second);
      for (const way of ways) way.cut();
    }
  },
);
