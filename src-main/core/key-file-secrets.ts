import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '../../src-shared/words.ts';
import type { SecretStore } from '../host.ts';
import { SecretFile, damagedSecrets, hasCode } from './secret-file.ts';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * Secrets in `secrets.json`, each AES-256-GCM under the key in `secrets.key`, both files 0600. The name is
 * authenticated with the value, so that two secrets cannot be swapped. Whoever can read this user's files
 * can read the key: that is said by `plainText`, and the sign-in page repeats it.
 */
export class KeyFileSecrets implements SecretStore {
  readonly plainText = true;
  readonly #directory: string;
  readonly #file: SecretFile;

  constructor(directory: string) {
    this.#directory = directory;
    this.#file = new SecretFile(directory, {
      seal: async (name, secret) => seal(await this.#key(), name, secret),
      unseal: async (name, sealed) => unseal(await this.#key(), name, sealed),
    });
  }

  get backend(): string {
    return t('a key file on this computer');
  }

  get(name: string): Promise<string | undefined> {
    return this.#file.get(name);
  }

  set(name: string, secret: string): Promise<void> {
    return this.#file.set(name, secret);
  }

  delete(name: string): Promise<void> {
    return this.#file.delete(name);
  }

  async #key(): Promise<Buffer> {
    const file = join(this.#directory, 'secrets.key');
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    try {
      // `wx`: of two processes only one makes the key.
      const handle = await open(file, 'wx', 0o600);
      try {
        const key = randomBytes(keyBytes);
        await handle.writeFile(key);
        return key;
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const key = await readFile(file);
    if (key.length !== keyBytes) throw damagedSecrets(file);
    // A backup may have restored it readable for others.
    await chmod(file, 0o600);
    return key;
  }
}

function seal(key: Buffer, name: string, secret: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(name, 'utf8'));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
}

/** Undefined when the key or the file was exchanged. */
function unseal(key: Buffer, name: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < ivBytes + tagBytes) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(name, 'utf8'));
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
