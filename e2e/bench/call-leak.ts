import { readdirSync, readlinkSync } from 'node:fs';
import { pause } from '../lab/wait.ts';
import { median } from './figure.ts';
import type { NodeInspector } from './node-inspector.ts';
import { childrenOf, pssBytes } from './process-usage.ts';

/** Transactions of SIP end 32 s after their last message (RFC 3261 timers); after this nothing of a call may be left. */
const settleMs = 40_000;
const bytesPerMb = 1_048_576;
/** Timers come and go, heartbeats and keepalives among them: the fewest of some looks count. */
const looks = 20;
const lookEveryMs = 150;

/** What service process and media gateway hold. */
interface Held {
  /** File descriptors of both, sockets among them. */
  readonly descriptors: number;
  /** UDP and TCP sockets of both. */
  readonly sockets: number;
  /** Timers of the service process. */
  readonly timers: number;
  /** Memory of both (PSS), after garbage was collected in the service process. */
  readonly mb: number;
}

/** What was not given back. */
export interface Leak {
  readonly descriptors: number;
  readonly sockets: number;
  readonly timers: number;
  readonly mb: number;
}

/**
 * What is left of many calls 40 s after the last, against 40 s after the ones before.
 * @param call places a call, lets it be heard and ends it
 */
export async function measureLeak(
  pid: number,
  inspector: NodeInspector,
  calls: number,
  call: () => Promise<unknown>,
): Promise<Leak> {
  const before = await settled(pid, inspector);
  for (let turn = 0; turn < calls; turn += 1) await call();
  const after = await settled(pid, inspector);
  return {
    descriptors: after.descriptors - before.descriptors,
    sockets: after.sockets - before.sockets,
    timers: after.timers - before.timers,
    mb: after.mb - before.mb,
  };
}

async function settled(pid: number, inspector: NodeInspector): Promise<Held> {
  await pause(settleMs);
  await inspector.collectGarbage();
  const pids = [pid, ...childrenOf(pid)];
  const seen: Held[] = [];
  for (let look = 0; look < looks; look += 1) {
    const links = pids.flatMap(openFiles);
    seen.push({
      descriptors: links.length,
      sockets: links.filter((link) => link.startsWith('socket:')).length,
      timers: await inspector.number(`process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length`),
      mb: pids.reduce((sum, one) => sum + pssBytes(one), 0) / bytesPerMb,
    });
    await pause(lookEveryMs);
  }
  const fewest = (of: (held: Held) => number): number => Math.min(...seen.map(of));
  return {
    descriptors: fewest((held) => held.descriptors),
    sockets: fewest((held) => held.sockets),
    timers: fewest((held) => held.timers),
    mb: median(seen.map((held) => held.mb)),
  };
}

function openFiles(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)];
    } catch {
      return []; // closed meanwhile
    }
  });
}
