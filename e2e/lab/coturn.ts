import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { requireBinary } from './packages.ts';
import { askUdp } from './rtpengine.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';

const RELAY_PORTS = 20;
const PING_TIMEOUT_MS = 200;

/** The one who may relay. */
export const TURN_USER = { name: 'alice-turn', password: 'open sesame' } as const;

/** A STUN and TURN server (RFC 8489, RFC 8656) on loopback. */
export class CoturnServer extends LabServer<'turn' | 'relay'> {
  constructor(context: LabContext) {
    super('coturn', context, {
      turn: { protocols: ['udp', 'tcp'] },
      relay: { protocols: ['udp'], count: RELAY_PORTS },
    });
  }

  /** Bytes that it relayed for somebody, by what it tells of sessions that are over. */
  relayedBytes(user: string): number {
    const told = [
      ...this.log().matchAll(/peer usage: realm=<[^>]*>, username=<([^>]*)>, rp=\d+, rb=(\d+), sp=\d+, sb=(\d+)/g),
    ];
    return told.filter((line) => line[1] === user).reduce((sum, line) => sum + Number(line[2]) + Number(line[3]), 0);
  }

  protected override prepare(): void {
    // all of its configuration is on the command line
  }

  protected override launch(): ServerCommand {
    const { turn, relay } = this.ports;
    return {
      file: requireBinary('turnserver'),
      args: [
        ...[
          '-n',
          '--no-cli',
          '--no-tls',
          '--no-dtls',
          '--verbose',
          '--log-file=stdout',
          '--simple-log',
          '--fingerprint',
        ],
        ...['--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', '--allow-loopback-peers', '--relay-threads=1'],
        ...[`--listening-port=${String(turn)}`, '--no-rfc5780', '--lt-cred-mech', '--realm=lab'],
        ...[`--min-port=${String(relay)}`, `--max-port=${String(relay + RELAY_PORTS - 1)}`],
        ...[`--user=${TURN_USER.name}:${TURN_USER.password}`, `--userdb=${join(this.directory, 'users.sqlite')}`],
        `--pidfile=${join(this.directory, 'coturn.pid')}`,
      ],
    };
  }

  /** A Binding request (RFC 8489 section 5) is answered. */
  protected override async isReady(): Promise<boolean> {
    const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
    return (await askUdp(this.ports.turn, request, PING_TIMEOUT_MS))?.startsWith('\x01\x01') === true;
  }
}
