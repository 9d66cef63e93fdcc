import { getCACertificates } from 'node:tls';
import { Worker } from 'node:worker_threads';

/** A text and no file: one line that a bundler has to know nothing of. */
const readAside = `require('node:worker_threads').parentPort.postMessage(require('node:tls').getCACertificates('system'))`;

/** The store changes rarely: it is read once. */
let certificates: readonly string[] | undefined;
let reading: Promise<void> | undefined;

/**
 * Reads the operating system's store of authorities in a thread of its own: that takes up to hundreds of milliseconds,
 * in which nothing else of Parley could go on. Resolves when `systemCertificates` answers at once; never rejects.
 */
export function loadSystemStore(): Promise<void> {
  reading ??= readInThread().then(
    (found) => {
      certificates ??= found;
    },
    () => undefined, // Whoever needs them reads them itself.
  );
  return reading;
}

function readInThread(): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    // Throws where the system gives no thread: that rejects, too.
    const worker = new Worker(readAside, { eval: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread ended without an answer'));
    });
  });
}

/** PEM texts of the system's store; none when it cannot be read. Blocks while nobody has loaded it. */
export function systemCertificates(): readonly string[] {
  if (certificates === undefined) {
    try {
      certificates = getCACertificates('system');
    } catch {
      // Not readable on this computer: the built-in list still holds.
      certificates = [];
    }
  }
  return certificates;
}
