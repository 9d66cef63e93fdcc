/**
 * A Node process that has nothing to do, and how late its event loop was all the same: what this computer does to any
 * process while something is measured. Answers each message with the longest hold-up since the last one, in milliseconds.
 */
import { LoopDelayMeter } from '../../src-main/core/loop-delay.ts';

const meter = new LoopDelayMeter();
meter.start();
process.on('message', () => {
  process.send?.(meter.read().maxMs);
});
process.once('disconnect', () => {
  meter.stop();
});
process.send?.('ready');
