// Runs a script of this project under its own Node 24: installs that Node and the project's packages when they
// are missing or out of date, then hands over. Plain JavaScript, because it runs under whatever Node (20 or newer)
// the machine has. Usage: node scripts/with-node24.mjs SCRIPT [ARGUMENTS]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const toolchain = join(root, '.toolchain');
const node24 =
  process.platform === 'win32'
    ? join(toolchain, 'node_modules', 'node', 'bin', 'node.exe')
    : join(toolchain, 'node_modules', 'node', 'bin', 'node');
const environment = {
  ...process.env,
  PATH: [dirname(node24), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
};

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`Parley needs Node 20 or newer to start; this is ${process.version}.`);
  process.exit(1);
}

/** @param {string} file */
const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/**
 * @param {string} what
 * @param {string} directory
 * @param {string} node the Node that runs npm
 */
function install(what, directory, node) {
  const lock = join(directory, 'package-lock.json');
  const stamp = join(directory, 'node_modules', '.parley-installed');
  const wanted = hashOf(lock);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const startedAt = Date.now();
  process.stderr.write(`${what}: installing...\n`);
  // The npm that runs us, under the Node we choose; it sees that Node on PATH for install scripts.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-fund', '--no-audit', '--prefix', directory];
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { cwd: directory, env: environment, stdio: ['ignore', 2, 2] };
  const result =
    npm !== undefined && /\.c?js$/.test(npm)
      ? spawnSync(node, [npm, ...args], options)
      : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(`${what}: npm could not install the packages (see above).\n`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
  process.stderr.write(`${what}: installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

install('Node 24', toolchain, process.execPath);
install('Packages', root, node24);

const [script, ...rest] = process.argv.slice(2);
if (script === undefined) {
  console.error('Usage: node scripts/with-node24.mjs SCRIPT [ARGUMENTS]');
  process.exit(1);
}
const child = spawn(node24, [join(root, script), ...rest], { cwd: root, env: environment, stdio: 'inherit' });
// The terminal sends Ctrl-C to the whole group; the child ends itself and we report how.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => {
  process.exit(code ?? (signal === null ? 1 : 130));
});
