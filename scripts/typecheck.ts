import { inRoot } from './paths.ts';
import { runCommand } from './run-command.ts';
import type { CommandOptions } from './run-command.ts';

/** One project per room: what a room may see is in its tsconfig. */
export const typescriptProjects = [
  'src-shared/tsconfig.json',
  'src-shared/tsconfig.test.json',
  'src-main/tsconfig.json',
  'src-main/shell-electron/preload/tsconfig.json',
  'src-renderer/tsconfig.json',
  'src-renderer/tsconfig.test.json',
  'e2e/tsconfig.json',
  'scripts/tsconfig.json',
] as const;

/** The native compiler. The one before it stays beside it as `typescript`, whose interface the linter needs. */
const compiler = inRoot('node_modules', 'typescript-native', 'bin', 'tsc');

/** Checks one project; true when it is clean. */
export async function typecheck(project: string, options: CommandOptions = {}): Promise<boolean> {
  // Beside the tests it leaves them the other processor.
  const threads = options.aside === true ? ['--singleThreaded'] : [];
  return (await runCommand(process.execPath, [compiler, '--noEmit', '-p', project, ...threads], options)).code === 0;
}

if (import.meta.main) {
  let clean = true;
  for (const project of typescriptProjects) clean = (await typecheck(project)) && clean;
  process.exitCode = clean ? 0 : 1;
}
