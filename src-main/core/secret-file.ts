import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';

/** How a secret is sealed for the file. `unseal` answers undefined when it does not open any more: key or user changed. */
export interface Sealing {
  seal(name: string, secret: string): Promise<string>;
  unseal(name: string, sealed: string): Promise<string | undefined>;
}

/** `secrets.json`: sealed secrets by name, 0600, replaced as a whole. What cannot be read is never overwritten. */
export class SecretFile {
  readonly #directory: string;
  readonly #sealing: Sealing;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(directory: string, sealing: Sealing) {
    this.#directory = directory;
    this.#sealing = sealing;
  }

  /** Undefined when none is kept. Rejects when one is kept and does not open: whoever asks may say that it is gone. */
  get(name: string): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const sealed = (await this.#read()).get(name);
      if (sealed === undefined) return undefined;
      const secret = await this.#sealing.unseal(name, sealed);
      if (secret === undefined) throw new AppError('invalid', t('A saved password no longer opens.'), name);
      return secret;
    });
  }

  set(name: string, secret: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = await this.#read();
      all.set(name, await this.#sealing.seal(name, secret));
      await this.#write(all);
    });
  }

  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = await this.#read();
      if (all.delete(name)) await this.#write(all);
    });
  }

  /** Reading and writing never overlap. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
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
      throw damagedSecrets(file);
    }
    if (typeof value !== 'object' || value === null) throw damagedSecrets(file);
    return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  async #write(all: Map<string, string>): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const next = `${this.#file()}.new`;
    await writeFile(next, JSON.stringify(Object.fromEntries(all)), { mode: 0o600 });
    await rename(next, this.#file());
  }

  #file(): string {
    return join(this.#directory, 'secrets.json');
  }
}

export function damagedSecrets(file: string): AppError {
  return new AppError(
    'invalid',
    t('The file with saved passwords is damaged. Parley left it as it is. Delete it, then enter your password again.'),
    file,
  );
}

/** Whether it is the system's error of this code, for example ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
