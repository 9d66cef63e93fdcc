import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';

/**
 * A failure of the database in plain words, or undefined when the error is not one of SQLite's about the disk.
 * Codes: https://www.sqlite.org/rescode.html; extended codes begin with the primary one.
 */
export function storeError(error: unknown): AppError | undefined {
  const code = sqliteCode(error);
  if (code === undefined) return undefined;
  const detail = `${code}: ${error instanceof Error ? error.message : ''}`;
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError(
      'limit',
      t(
        'The disk is full, so Parley cannot store anything new. What was stored stays. Free some space; Parley then goes on by itself.',
      ),
      detail,
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM') || /^(EACCES|EPERM|EROFS)$/.test(code)) {
    return new AppError(
      'denied',
      t('Parley may not write to its data folder, so nothing new is stored. Check the permissions of the folder.'),
      detail,
    );
  }
  if (isDamage(error)) {
    return new AppError(
      'internal',
      t(
        'Parley’s database is damaged. Restart Parley: it then keeps the damaged file aside and goes on with a new one.',
      ),
      detail,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new AppError('timeout', t('Another program holds Parley’s database. Close it and try again.'), detail);
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || /^E[A-Z]+$/.test(code)) {
    return new AppError('unsupported', t('The disk does not take or give Parley’s data. Check the disk.'), detail);
  }
  return undefined;
}

/** The file's content is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB');
}

function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code;
}
