import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Hands the secret to the browser: a page that only this user can read sends it on to our address with the
 * secret in the fragment, and a language of its own if it is to speak one. On the command line of the browser it would show in the process list.
 */
export async function writeLaunchFile(
  dataDirectory: string,
  url: string,
  secret: string,
  locale?: string,
): Promise<string> {
  const file = join(dataDirectory, 'open-parley.html');
  // Made anew: the permissions of a file that is already there would stay as they are.
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(
      launchPage(`${url}/${locale === undefined ? '' : `?locale=${locale}`}#secret=${encodeURIComponent(secret)}`),
    );
  } finally {
    await handle.close();
  }
  return file;
}

function launchPage(address: string): string {
  return [
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">',
    `<title>Parley</title><script>location.replace(${JSON.stringify(address)})</script>`,
    '',
  ].join('\n');
}
