import { parentPort } from 'node:worker_threads';
import { installMissingPackages, testPackages } from './install-packages.ts';

// Installing waits for its programs; in a thread of its own it keeps nobody else waiting.
parentPort?.postMessage(installMissingPackages(testPackages));
