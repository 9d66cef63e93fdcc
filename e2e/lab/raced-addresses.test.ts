import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src-main/core/clock.ts';
import type { RaceTools } from '../../src-main/core/raced-tcp.ts';
import { headStartMs } from '../../src-main/core/raced-tcp.ts';
import { SilentListener } from '../../src-main/core/silent-listener.test-support.ts';
import { tlsOptionsFor } from '../../src-main/core/tls-trust.ts';
import { openWire } from '../../src-main/directory/ldap-wire.ts';
import { TcpTransport } from '../../src-main/im/transport.ts';
import { ImapSession } from '../../src-main/voicemail/imap-session.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { DOMAIN, account } from './accounts.ts';
import { VOICEMAIL_MAILBOX } from './dovecot.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { until } from './wait.ts';

/** The address of a name that leads nowhere: nothing answers there, not even a refusal. */
const dead = '127.0.0.9';
const host = `two.${DOMAIN}`;

let lab: Lab;
let nowhere: SilentListener | undefined;

beforeAll(async () => {
  lab = await startLab({ servers: ['prosody', 'slapd', 'dovecot'] });
}, 120_000);

afterEach(() => {
  nowhere?.close();
  nowhere = undefined;
});

afterAll(async () => {
  await lab.stop();
});

/**
 * Connects by a name with a dead address before the server's own. Time of the race stands still until its head start is
 * over, so it must not take longer; all else goes by the real clock.
 */
async function connects<T>(port: number, open: (race: RaceTools, signal: AbortSignal) => Promise<T>): Promise<T> {
  nowhere = await SilentListener.open(dead, port);
  const clock = new TestClock();
  const opening = open(
    { clock, addresses: (name) => Promise.resolve(name === host ? [dead, '127.0.0.1'] : []) },
    new AbortController().signal,
  );
  opening.catch(() => undefined);
  await until('the first address to be tried', () => clock.pending === 1);
  clock.advance(headStartMs);
  return opening;
}

const trust = () => ({ extraCa: [readFileSync(lab.certificates.caPath, 'utf8')], useSystemStore: false });

describe('a name whose first address is dead costs its head start and no more', () => {
  test('chat', async () => {
    const port = lab.prosody.ports.c2sDirectTls;
    const secured = await connects(port, async (race, signal) => {
      const transport = new TcpTransport(trust(), race);
      return transport.secure(await transport.connect({ host, port }, signal), DOMAIN, signal);
    });
    secured.destroy();
  });

  test.each(['ldaps', 'starttls'] as const)('directory, %s', async (encryption) => {
    const { ldap, ldaps } = lab.slapd.ports;
    const port = encryption === 'ldaps' ? ldaps : ldap;
    const wire = await connects(port, (race, signal) =>
      openWire({ host, port }, { encryption, tls: tlsOptionsFor(trust()), signal, ...race }),
    );
    wire.destroy();
  });

  test.each(['imaps', 'starttls'] as const)('voicemail, %s', async (encryption) => {
    const { imap, imaps } = lab.dovecot.ports;
    const port = encryption === 'imaps' ? imaps : imap;
    const { address, password } = account('alice');
    const session = await connects(port, (race, signal) =>
      ImapSession.open(
        { host, port },
        {
          config: { servers: [], encryption, user: address, mailbox: VOICEMAIL_MAILBOX },
          password,
          tls: tlsOptionsFor(trust()),
          clock: systemClock,
          timing: { commandMs: 10_000, silenceMs: 60_000, idleDelayMs: 1_000 },
          signal,
          changed: () => undefined,
          lost: () => undefined,
          race,
        },
      ),
    );
    expect((await session.list()).length).toBeGreaterThan(0);
    await session.close();
  });
});
