import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { requireBinary } from './packages.ts';
import { hasIpv6 } from './ports.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';

const UDP = { protocols: ['udp'] } as const;
const MEDIA_PORTS = 240;
const PING_TIMEOUT_MS = 200;

/** Sends one datagram to loopback and resolves with the answer, or undefined when there is none. */
export function askUdp(port: number, message: string | Buffer, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let isDone = false;
    const finish = (answer: string | undefined): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs, undefined);
    socket.once('message', (answer) => {
      finish(answer.toString());
    });
    socket.once('error', () => {
      finish(undefined);
    });
    socket.connect(port, '127.0.0.1', () => {
      if (!isDone) socket.send(message);
    });
  });
}

/**
 * The media relay of the PBX, in user space. Freezing it (SIGSTOP) cuts the sound of every relayed
 * call while signalling goes on: the counter-proof of audio specs.
 */
export class RtpengineServer extends LabServer<'ng' | 'media'> {
  constructor(context: LabContext) {
    super('rtpengine', context, { ng: UDP, media: { protocols: ['udp'], count: MEDIA_PORTS } });
  }

  /** UDP ports that calls are relayed through, both ends included. */
  get mediaRange(): { readonly first: number; readonly last: number } {
    return { first: this.ports.media, last: this.ports.media + MEDIA_PORTS - 1 };
  }

  protected override prepare(): void {
    // all of its configuration is on the command line
  }

  protected override launch(): ServerCommand {
    return {
      file: requireBinary('rtpengine'),
      args: [
        ...['--config-file=none', '--foreground', '--log-stderr', '--log-level=5', '--table=-1'],
        '--num-threads=1', // of two, one overtakes the other with packets that come in a bunch, and a tone breaks
        '--interface=127.0.0.1',
        ...(hasIpv6() ? ['--interface=::1'] : []),
        `--listen-ng=127.0.0.1:${String(this.ports.ng)}`,
        `--port-min=${String(this.ports.media)}`,
        `--port-max=${String(this.ports.media + MEDIA_PORTS - 1)}`,
        `--pidfile=${this.directory}/rtpengine.pid`,
        '--delete-delay=0',
        '--dtls-passive', // otherwise some calls from browsers never finish DTLS
      ],
    };
  }

  protected override async isReady(): Promise<boolean> {
    const answer = await askUdp(this.ports.ng, `${randomBytes(4).toString('hex')} d7:command4:pinge`, PING_TIMEOUT_MS);
    return answer?.includes('pong') === true;
  }
}
