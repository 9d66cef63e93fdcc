import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import type * as Koffi from 'koffi';

/** `sched.h` of Linux, the same on all processors. */
const schedRoundRobin = 2;
/** The lowest of the real-time priorities: before all that shares the processor by turns, behind the system's own sound. */
const lowestPriority = 1;

/**
 * Sound waits for nothing else on this computer, as far as the user may ask for that; call before threads are made, as
 * they inherit it. On Linux real-time scheduling (sched(7)) takes a privilege: root, or a limit `rtprio` as
 * distributions give it to groups that work with sound (docs/qos.md). Without it, and on macOS, all goes on as before.
 * Windows lets every program stand above the normal ones.
 *
 * A loop without end would keep a processor to itself, but not for long: the parent ends a media process that misses its
 * heartbeats, and the kernel leaves the others a twentieth of the time.
 */
export function takePrecedence(): void {
  if (scheduleInRealTime(0)) return;
  try {
    setPriority(constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // Not allowed.
  }
}

/**
 * Schedules one thread in real time; 0: the one that calls. False where the user may not, or the system is another.
 * Threads that it makes from then on inherit it.
 */
export function scheduleInRealTime(thread: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const setScheduler = koffi
      .load('libc.so.6')
      .func('int sched_setscheduler(int pid, int policy, const int *parameters)');
    return setScheduler(thread, schedRoundRobin, [lowestPriority]) === 0;
  } catch {
    // Without koffi there is no way to ask.
    return false;
  }
}
