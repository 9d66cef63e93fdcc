import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { SecretStore } from '../host.ts';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * Secrets in `secrets.json`, each AES-256-GCM under the key in `secrets.key`, both files 0600. The name is
 * authenticated with the value, so that two secrets cannot be swapped. Whoever can read this user's files
 * can read the key: that is said by `plainText`, and the sign-in page repeats it.
 */
export class KeyFileSecrets implements SecretStore {
  readonly backend = 'a key file on this computer';
  readonly plainText = true;
  readonly #directory: string;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  get(name: string): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const sealed = (await this.#read()).get(name);
      if (sealed === undefined) return undefined;
      return unseal(await this.#key(), name, sealed);
    });
  }

  set(name: string, secret: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = await this.#read();
      all.set(name, seal(await this.#key(), name, secret));
      await this.#write(all);
    });
  }

  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = await this.#read();
      if (all.delete(name)) await this.#write(all);
    });
  }

  /** Reading and writing never overlap: the file is replaced as a whole. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
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
    if (key.length !== keyBytes) throw damaged(file);
    // A backup may have restored it readable for others.
    await chmod(file, 0o600);
    return key;
  }

  async #read(): Promise<Map<string, string>> {
    const file = this.#file();
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return new Map();
      throw error;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw damaged(file);
    }
    if (typeof value !== 'object' || value === null) throw damaged(file);
    return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  async #write(all: Map<string, string>): Promise<void> {
    const next = `${this.#file()}.new`;
    await writeFile(next, JSON.stringify(Object.fromEntries(all)), { mode: 0o600 });
    await rename(next, this.#file());
  }

  #file(): string {
    return join(this.#directory, 'secrets.json');
  }
}

function seal(key: Buffer, name: string, secret: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(name, 'utf8'));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
}

/** Undefined when the key or the file was exchanged: the person then types the password again. */
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

function damaged(file: string): AppError {
  return new AppError(
    'invalid',
    'The file with saved passwords is damaged. Parley left it as it is. Delete it to type your password again.',
    file,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
