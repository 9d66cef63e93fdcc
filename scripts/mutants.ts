import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { mutations } from './mutations.ts';
import { inRoot, root } from './paths.ts';

/**
 * Breaks the code on purpose, one named mutation at a time, in a copy of the project, and sees that the named test
 * fails. A mutation that no test notices, or whose text is no longer found, is a failure of this command.
 */
const copied = [
  'src-shared',
  'src-main',
  'src-renderer',
  'e2e/lab',
  'package.json',
  'tsconfig.base.json',
  'vitest.config.ts',
  'lingui.config.ts',
];

function run(): number {
  const only = process.argv[2];
  const folder = mkdtempSync(join(tmpdir(), 'parley-mutants-'));
  let survived = 0;
  try {
    for (const path of copied) cpSync(inRoot(path), join(folder, path), { recursive: true });
    symlinkSync(inRoot('node_modules'), join(folder, 'node_modules'), 'dir');
    for (const mutation of mutations) {
      if (only !== undefined && !mutation.name.includes(only)) continue;
      const file = join(folder, mutation.file);
      const original = readFileSync(file, 'utf8');
      const places = original.split(mutation.find).length - 1;
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
      const result = spawnSync('vitest', ['run', '--root', folder, '--reporter=json', mutation.test], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 120_000,
      });
      writeFileSync(file, original);
      if (result.error !== undefined) throw result.error;
      // A file that does not even load has no failed test: that proves nothing.
      const killed = failedTests(result.stdout) > 0;
      console.log(`${killed ? 'killed   ' : 'SURVIVED '} ${mutation.name} (${mutation.test})`);
      if (!killed) survived += 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const total = only === undefined ? mutations.length : mutations.filter(({ name }) => name.includes(only)).length;
  console.log(`${total - survived} of ${total} mutations were killed`);
  return survived === 0 ? 0 : 1;
}

/** From the report of vitest; 0 when it did not get as far as writing one. */
function failedTests(output: string): number {
  try {
    const report: unknown = JSON.parse(output.slice(output.indexOf('{')));
    if (typeof report !== 'object' || report === null || !('numFailedTests' in report)) return 0;
    return Number(report.numFailedTests);
  } catch {
    return 0;
  }
}

process.chdir(root);
process.exitCode = run();
