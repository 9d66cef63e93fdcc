import { build } from '../../scripts/build.ts';
import { goals } from './goals.ts';
import type { BenchName } from './goals.ts';
import type { Figure } from './figure.ts';

/**
 * `npm run bench -- start|search|call|gateway|chat`: one JSON line a figure on standard output, all else on standard
 * error. Exits non-zero when it could not measure, never because a goal was missed.
 */
type Bench = (report: (figure: Figure) => void) => Promise<void>;

async function load(name: BenchName): Promise<Bench> {
  switch (name) {
    case 'start':
      return (await import('./start.ts')).benchStart;
    case 'search':
      return (await import('./search.ts')).benchSearch;
    case 'call':
      return (await import('./call.ts')).benchCall;
    case 'gateway':
      return (await import('./gateway.ts')).benchGateway;
    case 'chat':
      return (await import('./chat.ts')).benchChat;
  }
}

function isBenchName(name: string | undefined): name is BenchName {
  return name !== undefined && Object.hasOwn(goals, name);
}

const asked = process.argv[2];
if (isBenchName(asked)) {
  await build();
  const bench = await load(asked);
  await bench((figure) => {
    process.stdout.write(`${JSON.stringify(figure)}\n`);
  });
} else {
  process.stderr.write(`Usage: npm run bench -- ${Object.keys(goals).join('|')}\n`);
  process.exitCode = 1;
}
