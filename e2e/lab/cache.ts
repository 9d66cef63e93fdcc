import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What is slow to make (imported directory, speech, certificates) is made once per OS user and kept
 * here. A folder that belongs to somebody else is refused: it could carry a foreign CA.
 */
export function cacheFolder(): string {
  const uid = process.getuid?.() ?? -1;
  const folder = join(tmpdir(), `parley-lab-cache-${String(uid)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new Error(`lab: ${folder} belongs to somebody else; remove it`);
  }
  return folder;
}

/** A short stable name for whatever decides the content. */
export function cacheKey(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part.length)}:${part}`);
  return hash.digest('hex').slice(0, 20);
}

/**
 * The folder `name` of the cache, made by `make` when it is not there. Made beside and renamed into
 * place, so that two labs that start together never see a half-made one.
 */
export async function cachedFolder(name: string, make: (folder: string) => Promise<void> | void): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.draft-${randomBytes(6).toString('hex')}`;
  mkdirSync(draft, { mode: 0o700 });
  try {
    await make(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // otherwise the other lab was faster, which is as good
  }
  return folder;
}
