import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from './build.ts';
import { installMissingPackages, testPackages } from './install-packages.ts';
import type { InstallOutcome } from './install-packages.ts';
import { inRoot } from './paths.ts';
import { runCommand } from './run-command.ts';
import { step } from './step.ts';
import { typecheck, typescriptProjects } from './typecheck.ts';

/**
 * Everything that must hold before a change lands. The static checks run aside, while the tests wait for servers and for
 * sound; each counts as one test. What failed and what was skipped is named at the end once more; the last line is the
 * verdict: `Tests: N passed, N failed`.
 */
interface Tally {
  passed: number;
  readonly failed: string[];
  readonly skipped: string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

interface PlaywrightSuite {
  readonly title: string;
  readonly specs?: readonly PlaywrightSpec[];
  readonly suites?: readonly PlaywrightSuite[];
}

interface PlaywrightSpec {
  readonly title: string;
  readonly tests: readonly {
    readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
    readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    readonly results: readonly {
      readonly errors: readonly { readonly message?: string; readonly location?: { readonly line: number } }[];
      readonly attachments: readonly { readonly name: string; readonly contentType: string; readonly body?: string }[];
    }[];
  }[];
}

/** Lines of a failed spec's Parley that stand beside its name at the end; its attachment has more. */
const shownLogLines = 12;
const shownErrorLines = 20;

const tally: Tally = { passed: 0, failed: [], skipped: [] };

async function check(name: string, work: () => Promise<boolean>): Promise<void> {
  const ok = await step(name, work).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    return false;
  });
  if (ok) tally.passed += 1;
  else {
    tally.failed.push(name);
    process.stderr.write(`FAILED: ${name}\n`);
  }
}

async function clean(command: string, args: readonly string[]): Promise<boolean> {
  return (await runCommand(command, args, { aside: true })).code === 0;
}

async function staticChecks(): Promise<void> {
  for (const project of typescriptProjects) await check(`Types: ${project}`, () => typecheck(project, { aside: true }));
  await check('Format', () => clean('prettier', ['--check', '--log-level', 'warn', '.']));
  await check('Third-party notices', () => clean('node', ['scripts/third-party-notices.ts', '--check']));
  await check('Layers', () =>
    clean('depcruise', [
      '--config',
      '.dependency-cruiser.cjs',
      'src-main',
      'src-renderer',
      'src-shared',
      'e2e',
      'scripts',
    ]),
  );
  await check('Lint', () => clean('eslint', ['.', '--max-warnings', '0']));
}

/** A report of vitest or Playwright; undefined when the run did not get as far as writing it. */
function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Projects of vitest.config.ts. */
async function vitest(...projects: readonly ('units' | 'lab')[]): Promise<void> {
  const file = inRoot('test-results', 'vitest.json');
  rmSync(file, { force: true });
  const { code } = await runCommand('vitest', [
    'run',
    ...projects.map((project) => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const report = readReport(file) as VitestReport | undefined;
  tally.passed += report?.numPassedTests ?? 0;
  const failed: string[] = [];
  for (const result of report?.testResults ?? []) {
    for (const test of result.assertionResults) {
      if (test.status === 'failed')
        failed.push(`${relative(inRoot(), result.name)} > ${test.fullName}: ${firstLine(test.failureMessages)}`);
      else if (test.status !== 'passed') tally.skipped.push(`${test.fullName} (the test printed its reason)`);
    }
  }
  // A file that could not even be loaded has no failed test of its own.
  if (code !== 0 && failed.length === 0) failed.push(`Tests of ${projects.join(' and ')}: see their output above`);
  tally.failed.push(...failed);
}

function firstLine(messages: readonly string[]): string {
  return stripVTControlCharacters(messages[0] ?? '').split('\n')[0] ?? '';
}

/** The end of the logs that a failed spec attached. */
function lastWords({ results }: PlaywrightSpec['tests'][number]): readonly string[] {
  return results.flatMap(({ attachments }) =>
    attachments
      .filter(({ contentType, body }) => contentType === 'text/plain' && body !== undefined)
      .flatMap(({ name, body }) => [
        `${name}:`,
        ...Buffer.from(body ?? '', 'base64')
          .toString('utf8')
          .split('\n')
          .slice(-shownLogLines),
      ]),
  );
}

/** What a failed spec did not find, and in which line of it. */
function faultsOf({ results }: PlaywrightSpec['tests'][number]): readonly string[] {
  return results.flatMap(({ errors }) =>
    errors.flatMap(({ message = '', location }) => [
      `line ${String(location?.line ?? 0)}:`,
      ...stripVTControlCharacters(message).split('\n').slice(0, shownErrorLines),
    ]),
  );
}

async function endToEnd(): Promise<void> {
  const file = inRoot('test-results', 'e2e.json');
  rmSync(file, { force: true });
  const { code } = await runCommand('playwright', ['test', '--workers=2']);
  const report = readReport(file) as { readonly suites: readonly PlaywrightSuite[] } | undefined;
  const failed: string[] = [];
  const visit = (suite: PlaywrightSuite, path: string): void => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const name = `${path} > ${spec.title}`;
        if (test.status === 'expected') tally.passed += 1;
        else if (test.status === 'skipped') {
          const reason = test.annotations.find((annotation) => annotation.type === 'skip')?.description;
          if (reason === undefined) failed.push(`${name}: skipped, and no reason given`);
          else tally.skipped.push(`${name}: ${reason}`);
        } else failed.push([name, ...faultsOf(test), ...lastWords(test)].join('\n    '));
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, `${path} > ${inner.title}`);
  };
  for (const suite of report?.suites ?? []) visit(suite, suite.title);
  if (code !== 0 && failed.length === 0) failed.push('End-to-end specs: see their output above');
  tally.failed.push(...failed);
}

/** Where nobody is asked for a password, the packages come while what needs none is built and tested. */
function installPackages(): Promise<InstallOutcome> {
  if (process.getuid?.() !== 0) return Promise.resolve(installMissingPackages(testPackages));
  return new Promise((resolve, reject) => {
    const thread = new Worker(inRoot('scripts', 'install-in-thread.ts'));
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

async function main(): Promise<void> {
  let outcome: InstallOutcome | undefined;
  const packages = step('Debian packages for the lab', installPackages)
    .catch((error: unknown): InstallOutcome => ({ ok: false, reason: String(error) }))
    .then((result) => (outcome = result));
  await check('Build', async () => {
    await build();
    return true;
  });
  const checked = staticChecks();
  // Packages that are there already let both share the processors: units work while tests of the lab wait.
  const areThere = outcome !== undefined;
  if (!areThere) await step('Unit, contract and packaging tests', () => vitest('units'));
  await check('Lab packages installed', async () => {
    const result = await packages;
    if (!result.ok) process.stderr.write(`${result.reason}\n`);
    return result.ok;
  });
  if (areThere) await step('Unit, contract, packaging and lab tests', () => vitest('units', 'lab'));
  else await step('Tests of the lab, and against its servers', () => vitest('lab'));
  await step('End-to-end specs', endToEnd);
  await checked;
  for (const reason of tally.skipped) console.log(`Skipped: ${reason}`);
  for (const name of tally.failed) console.log(`Failed: ${name}`);
  console.log(`Tests: ${tally.passed} passed, ${tally.failed.length} failed`);
  process.exitCode = tally.failed.length === 0 && tally.passed > 0 ? 0 : 1;
}

await main();
