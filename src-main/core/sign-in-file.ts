import { lstat, readFile, rm } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { Credentials } from '../app-port.ts';

/**
 * Reads `{"address","password"}` and deletes the file, whatever it held. Refuses a file that others can read
 * (on Windows the user's own directory protects it) or that is a link.
 * Throws AppError `invalid` with words for the terminal; never repeats the content.
 */
export async function consumeSignInFile(file: string, platform: NodeJS.Platform): Promise<Credentials> {
  const info = await lstat(file).catch(() => undefined);
  if (info === undefined) throw new AppError('invalid', t('The sign-in file {file} does not exist.', { file }));
  if (!info.isFile()) throw new AppError('invalid', t('The sign-in file {file} is not a plain file.', { file }));
  const open = platform !== 'win32' && (info.mode & 0o077) !== 0;
  const text = open ? '' : await readFile(file, 'utf8');
  await rm(file, { force: true });
  if (open) {
    throw new AppError(
      'invalid',
      t('Others could read the sign-in file {file}. Parley deleted it unread. Write it with permissions 0600.', {
        file,
      }),
    );
  }
  const credentials = parseCredentials(text);
  if (credentials === undefined)
    throw new AppError(
      'invalid',
      t('The sign-in file {file} must hold {form}.', { file, form: '{"address":"...","password":"..."}' }),
    );
  return credentials;
}

function parseCredentials(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('address' in value) || !('password' in value)) return undefined;
  const { address, password } = value;
  return typeof address === 'string' && typeof password === 'string' ? { address, password } : undefined;
}
