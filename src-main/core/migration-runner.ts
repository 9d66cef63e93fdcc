import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { fileStamp } from './file-stamp.ts';
import type { Migration } from './store.ts';

/** Copies kept of the database as it was before a migration; older ones are removed. */
const keptBackups = 3;

/** The number of the newest step that a database has seen (`PRAGMA user_version`). */
export function schemaVersion(db: Database): number {
  const version: unknown = db.pragma('user_version', { simple: true });
  return typeof version === 'number' ? version : 0;
}

export function newestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.number ?? 0;
}

export interface MigrationPlan {
  readonly migrations: readonly Migration[];
  /** Where the copy goes; undefined for a database in memory, which has nothing to lose. */
  readonly backupDirectory: string | undefined;
  readonly nowMs: number;
}

/**
 * Brings the schema up to date: a copy first when there is anything in the database, then each missing step in
 * a transaction of its own together with its number. A step that fails leaves the database at the step before.
 * Returns the steps that ran. Throws what SQLite throws.
 */
export function migrate(db: Database, plan: MigrationPlan): readonly Migration[] {
  checkOrder(plan.migrations);
  const from = schemaVersion(db);
  const missing = plan.migrations.filter((step) => step.number > from);
  if (missing.length === 0) return [];
  if (from > 0 && plan.backupDirectory !== undefined) backUp(db, plan.backupDirectory, from, plan.nowMs);
  for (const step of missing) {
    db.transaction(() => {
      step.up(db);
      db.pragma(`user_version = ${step.number}`);
    })();
  }
  return missing;
}

/** Steps are named by number; a wrong order would skip one for ever. */
function checkOrder(migrations: readonly Migration[]): void {
  let last = 0;
  for (const step of migrations) {
    if (!Number.isInteger(step.number) || step.number <= last) {
      throw new Error(`migration ${step.number} (${step.name}) must come after ${last}`);
    }
    last = step.number;
  }
}

function backUp(db: Database, directory: string, version: number, nowMs: number): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, `before-step-${version + 1}-${fileStamp(nowMs)}.sqlite`);
  rmSync(file, { force: true });
  // Consistent and without the write-ahead log, unlike a copy of the file.
  db.prepare('VACUUM INTO ?').run(file);
  const stamp = (name: string): string => name.slice(name.indexOf('-20'));
  const old = readdirSync(directory)
    .filter((name) => /^before-step-\d+-.*\.sqlite$/.test(name))
    .sort((a, b) => stamp(b).localeCompare(stamp(a)))
    .slice(keptBackups);
  for (const name of old) rmSync(path.join(directory, name), { force: true });
}
