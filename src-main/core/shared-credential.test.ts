import { beforeEach, describe, expect, test } from 'vitest';
import { signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { Connection } from './dial.ts';
import { SharedCredential } from './shared-credential.ts';

const server = { host: 'server.test', port: 1 };
const connection: Connection = { close: () => Promise.resolve() };
const refused = new ConnectFailure('never', 'The password was refused.', { credentialRefused: true });

let clock: TestClock;
let reopened: string[];
/** What goes on at the servers: each attempt, to be answered by the test. */
let asked: { readonly service: SignInService; readonly answer: (with_: Connection | ConnectFailure) => void }[];
let outcomes: string[];

beforeEach(() => {
  clock = new TestClock();
  reopened = [];
  asked = [];
  outcomes = [];
});

function make(isAccepted: boolean): SharedCredential {
  return new SharedCredential({
    clock,
    isAccepted,
    words: (service, by) => `${by} refused it; ${service} holds back.`,
    reopened: (services) => reopened.push(...services),
  });
}

function attempt(credential: SharedCredential, service: SignInService): void {
  const connect = credential.guard(service)(
    () =>
      new Promise((resolve, reject) => {
        asked.push({
          service,
          answer: (answer) => {
            if (answer instanceof ConnectFailure) reject(answer);
            else resolve(answer);
          },
        });
      }),
  );
  connect(server, { signal: new AbortController().signal, lost: () => undefined }).then(
    () => outcomes.push(`${service} up`),
    (error: unknown) => outcomes.push(`${service}: ${error instanceof Error ? error.message : ''}`),
  );
}

const names = (): readonly string[] => asked.map(({ service }) => service);

async function answer(service: SignInService, with_: Connection | ConnectFailure): Promise<void> {
  asked.find((one) => one.service === service)?.answer(with_);
  asked = asked.filter((one) => one.service !== service);
  await clock.run();
}

async function allUp(credential: SharedCredential): Promise<void> {
  for (const service of signInServices) attempt(credential, service);
  await clock.run();
  for (const service of signInServices) await answer(service, connection);
  outcomes = [];
}

describe('a password that several services share', () => {
  test('goes out at once everywhere right after it was accepted', async () => {
    const credential = make(true);
    for (const service of ['chat', 'phone', 'directory'] as const) attempt(credential, service);
    await clock.run();
    expect(names()).toEqual(['chat', 'phone', 'directory']);
  });

  test('that was changed meanwhile costs one attempt after the network was away', async () => {
    const credential = make(true);
    await allUp(credential);
    await clock.run(60_000);
    for (const service of signInServices) attempt(credential, service);
    await clock.run();
    expect(names()).toEqual(['chat']);
    await answer('chat', refused);
    expect(names()).toEqual([]);
    expect(outcomes.toSorted()).toEqual([
      'chat: The password was refused.',
      'directory: chat refused it; directory holds back.',
      'phone: chat refused it; phone holds back.',
      'voicemail: chat refused it; voicemail holds back.',
    ]);
    await clock.run(3_600_000);
    expect(names()).toEqual([]);
  });

  test('that still holds lets all go as soon as one is up', async () => {
    const credential = make(true);
    await allUp(credential);
    await clock.run(60_000);
    for (const service of ['chat', 'phone', 'directory'] as const) attempt(credential, service);
    await clock.run();
    await answer('chat', connection);
    expect(names()).toEqual(['phone', 'directory']);
  });

  test('waits for no dead server longer than a moment', async () => {
    const credential = make(true);
    await allUp(credential);
    await clock.run(60_000);
    for (const service of ['chat', 'phone'] as const) attempt(credential, service);
    await clock.run(499);
    expect(names()).toEqual(['chat']);
    await clock.run(1);
    expect(names()).toEqual(['chat', 'phone']);
    await answer('chat', new ConnectFailure('later', 'away'));
    await answer('phone', connection);
    expect(clock.pending).toBe(0);
  });

  test('is not held against the others by a server that never took it', async () => {
    const credential = make(true);
    attempt(credential, 'phone');
    await clock.run();
    await answer('phone', refused);
    attempt(credential, 'chat');
    await clock.run();
    expect(names()).toEqual(['chat']);
  });

  test('that nobody ever took counts as wrong with the first refusal', async () => {
    const credential = make(false);
    for (const service of ['chat', 'phone'] as const) attempt(credential, service);
    await clock.run();
    await answer('chat', refused);
    expect(names()).toEqual([]);
    expect(outcomes).toContain('phone: chat refused it; phone holds back.');
  });

  test('that is refused again to who held back stays refused', async () => {
    const credential = make(false);
    for (const service of ['chat', 'phone'] as const) attempt(credential, service);
    await clock.run();
    await answer('chat', refused);
    credential.tryAgain();
    attempt(credential, 'phone');
    await clock.run();
    await answer('phone', refused);
    attempt(credential, 'voicemail');
    await clock.run();
    expect(names()).toEqual([]);
    expect(outcomes.at(-1)).toBe('voicemail: phone refused it; voicemail holds back.');
  });

  test('is tried again when a person says so, and accepted it opens those that held back', async () => {
    const credential = make(false);
    for (const service of ['chat', 'phone'] as const) attempt(credential, service);
    await clock.run();
    await answer('chat', refused);
    credential.tryAgain();
    attempt(credential, 'chat');
    await clock.run();
    expect(names()).toEqual(['chat']);
    await answer('chat', connection);
    expect(reopened).toEqual(['phone']);
  });
});
