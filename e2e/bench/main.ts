import { build } from '../../scripts/build.ts';
import { goals } from './goals.ts';
import type { BenchName } from './goals.ts';
import type { Figure } from './figure.ts';

/**
 * `npm run bench -- start|search|call|failover|gateway|chat`: one JSON line a figure on standard output, all else on
 * standard error. Exits non-zero when it could not measure, never because a goal was missed. A number behind the name
 * makes a quick look of so many turns, for the benches that have turns.
 */
type Bench = (report: (figure: Figure) => void, turns?: number) => Promise<void>;

async function load(name: BenchName): Promise<Bench> {
  switch (name) {
    case 'start':
      return (await import('./start.ts')).benchStart;
    case 'search':
      return (await import('./search.ts')).benchSearch;
    case 'call':
      return (await import('./call.ts')).benchCall;
    case 'failover':
      return (await import('./failover.ts')).benchFailover;
    case 'gateway':
      return (await import('./gateway.ts')).benchGateway;
    case 'chat':
      return (await import('./chat.ts')).benchChat;
  }
}

function isBenchName(name: string | undefined): name is BenchName {
  return name !== undefined && Object.hasOwn(goals, name);
}

const [, , asked, turns] = process.argv;
if (isBenchName(asked)) {
  await build();
  const bench = await load(asked);
  await bench(
    (figure) => {
      process.stdout.write(`${JSON.stringify(figure)}\n`);
    },
    turns === undefined ? undefined : Number(turns),
  );
} else {
  process.stderr.write(`Usage: npm run bench -- ${Object.keys(goals).join('|')}\n`);
  process.exitCode = 1;
}
