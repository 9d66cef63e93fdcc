import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { mutations, placesOf } from './mutations/all.ts';
import { inRoot, root } from './paths.ts';

/**
 * Breaks the code on purpose, one named mutation at a time, in a copy of the project, and sees that the named test
 * fails. A mutation that no test notices, or whose text is no longer found, is a failure of this command.
 * Usage: npm run mutants [-- PART OF A NAME...]
 */
const copied = [
  'src-shared',
  'src-main',
  'src-renderer',
  'e2e/lab',
  // The catalogs are read with the help of one of them.
  'scripts',
  'package.json',
  'tsconfig.base.json',
  'vitest.config.ts',
  'lingui.config.ts',
];

function run(): number {
  const wanted = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), 'parley-mutants-'));
  const chosen = mutations.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  let survived = 0;
  try {
    for (const path of copied) cpSync(inRoot(path), join(folder, path), { recursive: true });
    symlinkSync(inRoot('node_modules'), join(folder, 'node_modules'), 'dir');
    // A test that fails anyway would seem to kill everything.
    const before = failedTests(folder, [...new Set(chosen.map(({ test }) => test))]);
    if (before !== 0) {
      console.log(`The tests do not pass without a mutation: ${before ?? 'none could be run'}`);
      return 1;
    }
    for (const mutation of chosen) {
      const file = join(folder, mutation.file);
      const original = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const places = placesOf(mutation, original);
      if (places !== 1) {
        console.log(`STALE     ${mutation.name}: its text stands ${places} times in ${mutation.file}`);
        survived += 1;
        continue;
      }
      // As a function: `$` in the text must not be taken for a pattern.
      writeFileSync(
        file,
        original.replace(mutation.find, () => mutation.replace),
      );
      const failed = failedTests(folder, [mutation.test]);
      writeFileSync(file, original);
      // Undefined: the file did not even load, which proves nothing.
      const killed = failed !== undefined && failed > 0;
      console.log(`${killed ? 'killed   ' : 'SURVIVED '} ${mutation.name} (${mutation.test})`);
      if (!killed) survived += 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${chosen.length - survived} of ${chosen.length} mutations were killed`);
  return survived === 0 ? 0 : 1;
}

/** How many tests of these files fail in this copy; undefined when vitest did not get as far as running them. */
function failedTests(folder: string, files: readonly string[]): number | undefined {
  const file = join(folder, 'report.json');
  rmSync(file, { force: true });
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile.json=${file}`, ...files];
  const { error } = spawnSync('vitest', args, { cwd: folder, stdio: 'ignore', timeout: 120_000 });
  if (error !== undefined) throw error;
  if (!existsSync(file)) return undefined;
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof report !== 'object' || report === null || !('numFailedTests' in report)) return undefined;
  return Number(report.numFailedTests);
}

process.chdir(root);
process.exitCode = run();
