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
      if (!original.includes(mutation.find)) {
        console.log(`STALE     ${mutation.name}: its text is no longer in ${mutation.file}`);
        survived += 1;
        continue;
      }
      writeFileSync(file, original.replace(mutation.find, mutation.replace));
      const result = spawnSync('vitest', ['run', '--root', folder, mutation.test], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 120_000,
      });
      writeFileSync(file, original);
      const ranTests = /Tests\s+\d/.test(result.stdout);
      const killed = result.status !== 0 && ranTests && /\d+ failed/.test(result.stdout);
      console.log(`${killed ? 'killed   ' : 'SURVIVED '} ${mutation.name} (${mutation.test})`);
      if (!killed) survived += 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const total = mutations.length;
  console.log(`${total - survived} of ${total} mutations were killed`);
  return survived === 0 ? 0 : 1;
}

process.chdir(root);
process.exitCode = run();
