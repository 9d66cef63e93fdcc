import { expect, test } from 'vitest';
import { serviceNames } from '../src-shared/model/health.ts';
import { silentLogger } from './core/log.ts';
import { programCalls } from './program-calls.ts';

function unused(): never {
  throw new Error('not part of this test');
}

test('every service that can be down can be tried again, and nothing else', () => {
  const tried: string[] = [];
  const calls = programCalls({
    host: {
      version: '',
      shell: 'browser',
      platform: 'linux',
      paths: { data: '', logs: '', home: '', documents: '', policyFile: '', seedFile: undefined },
      desktop: undefined,
      openLinks: undefined,
    },
    windows: { claim: unused, release: unused, reportCodecs: unused },
    gateway: { prepareRenderer: unused, retry: () => tried.push('mediaGateway') },
    store: { retry: () => tried.push('store') },
    // Nobody is signed in: the services of an account have nothing to try, and that is no fault either.
    account: { services: undefined },
    outside: { takeTarget: () => null },
    trace: { text: () => '', count: 0, clear: () => undefined },
    log: () => silentLogger,
    notices: () => [],
    report: () => '',
  });
  for (const service of serviceNames) expect(calls['health.retry']({ service }, 'window')).toBeNull();
  expect(tried.sort()).toEqual(['mediaGateway', 'store']);
  expect(() => calls['health.retry']({ service: 'printer' }, 'window')).toThrow(/cannot be tried/);
});
