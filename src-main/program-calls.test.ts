import { expect, test, vi } from 'vitest';
import { serviceNames } from '../src-shared/model/health.ts';
import { silentLogger } from './core/log.ts';
import { programCalls } from './program-calls.ts';

type Options = Parameters<typeof programCalls>[0];

function unused(): never {
  throw new Error('not part of this test');
}

const host: Options['host'] = {
  version: '',
  shell: 'browser',
  platform: 'linux',
  paths: { data: '', logs: '', home: '/home/alice', documents: '', policyFile: '', seedFile: undefined },
  desktop: undefined,
  openLinks: undefined,
  chooseFolder: undefined,
  showFile: undefined,
};

const nothingThere: Options = {
  host,
  settings: { get: unused, set: unused },
  windows: { claim: unused, release: unused, reportCodecs: unused },
  gateway: { prepareRenderer: unused, retry: unused },
  store: { retry: unused },
  // Nobody is signed in: the services of an account have nothing to try, and that is no fault either.
  account: { services: undefined },
  outside: { takeTarget: () => null },
  trace: { text: () => '', count: 0, clear: () => undefined },
  log: () => silentLogger,
  notices: () => [],
  report: () => '',
};

function callsOf(changes: Partial<Options>): ReturnType<typeof programCalls> {
  return programCalls({ ...nothingThere, ...changes });
}

test('every service that can be down can be tried again, and nothing else', () => {
  const tried: string[] = [];
  const calls = callsOf({
    gateway: { prepareRenderer: unused, retry: () => tried.push('mediaGateway') },
    store: { retry: () => tried.push('store') },
  });
  for (const service of serviceNames) expect(calls['health.retry']({ service }, 'window')).toBeNull();
  expect(tried.sort()).toEqual(['mediaGateway', 'store']);
  expect(() => calls['health.retry']({ service: 'printer' }, 'window')).toThrow(/cannot be tried/);
});

test('a folder is asked for where the system has a dialog, from the one that holds on, and set when one is chosen', async () => {
  const key = 'archive.folder';
  expect(() => callsOf({})['app.chooseFolder']({ key }, 'window')).toThrow('Type its full path.');
  const begun: string[] = [];
  const kept: unknown[] = [];
  let picked: string | undefined = '/srv/chats';
  const calls = callsOf({
    host: {
      ...host,
      chooseFolder: (beginAt) => {
        begun.push(beginAt);
        return Promise.resolve(picked);
      },
    },
    settings: { get: () => '~/Chats' as never, set: (...change) => kept.push(change) },
  });
  expect(calls['app.info'](null, 'window')).toMatchObject({ abilities: ['folders'] });
  expect(calls['app.chooseFolder']({ key }, 'window')).toBeNull();
  await vi.waitFor(() => {
    expect(kept).toEqual([[key, '/srv/chats']]);
  });
  expect(begun).toEqual(['/home/alice/Chats']);
  picked = undefined;
  void calls['app.chooseFolder']({ key }, 'window');
  await Promise.resolve();
  await Promise.resolve();
  expect(kept).toHaveLength(1);
});
