import { t } from '../words.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';

/** Settles as `work` does, or rejects with `timeout` after `deadlineMs`. A late result is ignored. */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, clock: Clock, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      reject(new AppError('timeout', t('That took too long.'), `${what}: no answer in ${deadlineMs} ms`));
    }, deadlineMs);
    work.then(resolve, reject).finally(() => {
      clock.clearTimeout(timer);
    });
  });
}
