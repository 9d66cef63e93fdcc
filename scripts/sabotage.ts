import { inRoot } from './paths.ts';
import { runCommand } from './run-command.ts';

/**
 * Proves that the specs need what they say they need: takes one server of the lab away (or all its phones of one
 * make), runs the specs that are tagged with it, and sees that each of them fails. A spec that passes without its
 * server proves nothing about it.
 * Usage: npm run sabotage [-- SERVER... [FILE.spec.ts...]]
 */
const servers = [
  'prosody',
  'kamailio',
  'rtpengine',
  'slapd',
  'dovecot',
  'baresip',
  'linphone',
  'dnsmasq',
  'coturn',
] as const;
/** One spec may be a lucky one. */
const fewestSpecs = 2;
/** Only one spec can need it: there is one thing that a relay of this kind is for. */
const servesOneSpec: readonly string[] = ['coturn'];
/** Milliseconds of one spec. */
const specTimeoutMs = 20_000;

interface Suite {
  readonly title: string;
  readonly specs?: readonly Spec[];
  readonly suites?: readonly Suite[];
}

interface Spec {
  readonly title: string;
  readonly tests: readonly {
    readonly results: readonly { readonly status: string; readonly error?: { readonly message?: string } }[];
  }[];
}

interface Outcome {
  readonly server: string;
  readonly spec: string;
  /** `noProof`: it was skipped, or failed before it began (the lab itself did not start). */
  readonly verdict: 'failed' | 'PASSED' | 'noProof';
  readonly why: string;
}

async function sabotage(server: string, files: readonly string[]): Promise<readonly Outcome[]> {
  const { output } = await runCommand(
    'playwright',
    [
      'test',
      ...files,
      `--grep=@${server}\\b`,
      `--timeout=${String(specTimeoutMs)}`,
      '--reporter=json',
      `--output=${inRoot('test-results', 'sabotage')}`,
    ],
    { capture: true, env: { ...process.env, PARLEY_SABOTAGE: server } },
  );
  const report = JSON.parse(output.slice(output.indexOf('{'))) as { readonly suites: readonly Suite[] };
  const outcomes: Outcome[] = [];
  const visit = (suite: Suite, file: string): void => {
    for (const spec of suite.specs ?? []) {
      const result = spec.tests.at(-1)?.results.at(-1);
      const why = plainFirstLine(result?.error?.message ?? '');
      outcomes.push({ server, spec: `${file}: ${spec.title}`, verdict: verdictOf(result?.status, why), why });
    }
    for (const inner of suite.suites ?? []) visit(inner, file);
  };
  for (const suite of report.suites) visit(suite, suite.title);
  return outcomes;
}

function verdictOf(status: string | undefined, why: string): Outcome['verdict'] {
  if (status === 'passed') return 'PASSED';
  if (status !== 'failed' && status !== 'timedOut') return 'noProof';
  // A lab that does not come up at all fails every spec, whatever it looks at.
  return /fixture "lab"|packages are missing/i.test(why) ? 'noProof' : 'failed';
}

function plainFirstLine(message: string): string {
  // Colours of the terminal (ECMA-48).
  const plain = message.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
  return (plain.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 90);
}

async function main(): Promise<void> {
  const files = process.argv.slice(2).filter((argument) => argument.endsWith('.spec.ts'));
  const asked = process.argv.slice(2).filter((argument) => !files.includes(argument));
  const unknown = asked.filter((name) => !servers.some((server) => server === name));
  if (unknown.length > 0) {
    console.error(`No such server: ${unknown.join(', ')}. There are: ${servers.join(', ')}`);
    process.exitCode = 1;
    return;
  }
  if (process.env['PARLEY_LAB'] !== undefined) {
    console.error('PARLEY_LAB names servers that this command may not stop. Unset it to use the lab of this project.');
    process.exitCode = 1;
    return;
  }
  let wrong = 0;
  for (const server of asked.length > 0 ? asked : servers) {
    const outcomes = await sabotage(server, files);
    for (const { verdict, spec, why } of outcomes) {
      console.log(`${server.padEnd(10)} ${verdict.padEnd(8)} ${spec}${why === '' ? '' : `  (${why})`}`);
    }
    const bad = outcomes.filter(({ verdict }) => verdict !== 'failed').length;
    wrong += bad;
    const wanted = files.length > 0 || servesOneSpec.includes(server) ? 1 : fewestSpecs;
    if (outcomes.length < wanted) {
      console.log(`${server.padEnd(10)} only ${outcomes.length} specs are tagged @${server}; ${wanted} are wanted`);
      wrong += 1;
    }
    console.log(
      `${server.padEnd(10)} without it ${outcomes.length - bad} of ${outcomes.length} specs fail, as they must`,
    );
  }
  process.exitCode = wrong === 0 ? 0 : 1;
}

await main();
