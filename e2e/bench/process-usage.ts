import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts a process's time in ticks of 10 ms (USER_HZ, the same on every architecture we run on). */
const tickMs = 10;

/**
 * Processor time that a process has used since its start, all threads, user and system (proc(5): stat, fields 14 and 15).
 * @throws Error when there is no such process, or no /proc
 */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name and may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks)) throw new Error(`/proc/${pid}/stat cannot be read`);
  return ticks * tickMs;
}

/**
 * Proportional set size in bytes: what a process has in memory, shared pages divided by the number of their users.
 * @throws Error when there is no such process, or no /proc
 */
export function pssBytes(pid: number): number {
  const match = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'));
  if (match === null) throw new Error(`/proc/${pid}/smaps_rollup holds no Pss`);
  return Number(match[1]) * 1_024;
}

/** Processes whose parent is `pid`, by their ids. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(pid);
      } catch {
        return false; // it ended meanwhile
      }
    })
    .map(Number);
}
