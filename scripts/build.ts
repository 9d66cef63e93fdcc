import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './paths.ts';
import { runCommand } from './run-command.ts';

const stamp = inRoot('out', '.built-from');

/** Builds the three rooms into out/, unless they were built from exactly these sources already. */
export async function build(): Promise<'built' | 'up to date'> {
  const wanted = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'up to date';
  const { code, output } = await runCommand('electron-vite', ['build', '--logLevel', 'warn'], { capture: true });
  if (code !== 0) throw new Error(`The build failed:\n${output}`);
  writeFileSync(stamp, wanted);
  return 'built';
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const files = globSync(
    [
      'src-*/**/*',
      'assets/**/*',
      'scripts/*-plugin.ts',
      'electron.vite.config.ts',
      'lingui.config.ts',
      'package-lock.json',
    ],
    {
      cwd: root,
      withFileTypes: true,
    },
  );
  const paths = files.filter((file) => file.isFile()).map((file) => `${file.parentPath}/${file.name}`);
  for (const path of paths.sort()) {
    if (path.includes('.test.')) continue;
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
