import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { childrenOf, cpuMs, pssBytes } from './process-usage.ts';

describe.skipIf(process.platform !== 'linux')('what a process uses', () => {
  test('work costs processor time, and it is counted', () => {
    const before = cpuMs(process.pid);
    const deadline = process.cpuUsage().user + 60_000;
    while (process.cpuUsage().user < deadline);
    expect(cpuMs(process.pid) - before).toBeGreaterThanOrEqual(50);
  });

  test('memory that is used counts', () => {
    const before = pssBytes(process.pid);
    const used = Buffer.alloc(64 << 20, 1);
    expect(pssBytes(process.pid) - before).toBeGreaterThan(0.8 * used.length);
  });

  test('a child is found by its parent', () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    expect(childrenOf(process.pid)).toContain(child.pid);
    child.kill('SIGKILL');
  });

  test('a process that is not there is an error, not a zero', () => {
    expect(() => cpuMs(0)).toThrow();
    expect(() => pssBytes(0)).toThrow();
  });
});
