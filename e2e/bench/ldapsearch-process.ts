/**
 * Starts ldapsearch for the bench of the search, each message being its arguments, and answers with how long it took in
 * milliseconds, or with what went wrong. A process of its own: starting a program copies the page tables of whoever
 * starts it, and every page that is written after that costs a fault, those of the next key strokes included.
 */
import { execFile } from 'node:child_process';
import { requireBinary } from '../lab/packages.ts';

/** Answers when the size limit cut the result (RFC 4511, sizeLimitExceeded). */
const sizeLimitExceeded = 4;

const program = requireBinary('ldapsearch');
process.on('message', (args: readonly string[]) => {
  const startedMs = performance.now();
  execFile(program, args, { maxBuffer: 1 << 24 }, (error) => {
    const tookMs = performance.now() - startedMs;
    process.send?.(error === null || error.code === sizeLimitExceeded ? tookMs : error.message);
  });
});
process.once('disconnect', () => {
  process.exit();
});
