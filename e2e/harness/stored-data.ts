import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { migrationSteps } from '../../src-main/core/migrations/index-of-steps.ts';
import { openStore } from '../../src-main/core/store.ts';
import type { Store } from '../../src-main/core/store.ts';

/** Works in the database of a Parley that does not run, through the program's own store; makes it when there is none. */
export function withStore<T>(dataDirectory: string, work: (store: Store) => T): T {
  const store = openStore({
    directory: dataDirectory,
    migrations: migrationSteps,
    clock: systemClock,
    log: silentLogger,
    health: { report: () => undefined },
  });
  try {
    if (!store.persistent || store.notices.length > 0) throw new Error(store.notices.join('\n'));
    return work(store);
  } finally {
    store.close();
  }
}
