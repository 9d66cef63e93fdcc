import { describe, expect, test } from 'vitest';
import type { MainHandlers } from '../src-shared/contract/contract.ts';
import type { Lease } from '../src-shared/contract/media.ts';
import { limits } from '../src-shared/limits.ts';
import { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { Wire } from '../src-shared/rpc/wire.ts';
import { TestClock } from '../src-shared/test-clock.ts';
import { silentLogger } from './core/log.ts';
import { Windows } from './windows.ts';

/** A window's wire whose far end says nothing. */
class FakeWire implements Wire {
  readonly #closed: (() => void)[] = [];
  send(): void {
    // Nobody reads it.
  }
  onMessage(): void {
    // Nobody writes to it.
  }
  onClose(listener: () => void): void {
    this.#closed.push(listener);
  }
  close(): void {
    for (const listener of this.#closed.splice(0)) listener();
  }
}

// No call is dispatched in these tests.
const handlers = {} as MainHandlers;

function setUp() {
  const clock = new TestClock();
  const hub = new TopicHub();
  const windows = new Windows({ hub, clock, log: silentLogger });
  let changes = 0;
  windows.onHolderChanged(() => {
    changes += 1;
  });
  const open = (clientId: string): FakeWire => {
    const wire = new FakeWire();
    windows.attach(clientId, wire, handlers);
    return wire;
  };
  return {
    clock,
    windows,
    open,
    lease: () => hub.current('lease').snapshot as Lease,
    changes: () => changes,
  };
}

describe('the media lease', () => {
  test('the first window that claims holds it; a second is refused until it takes over', () => {
    const { windows, open, lease, changes } = setUp();
    open('a');
    open('b');
    expect(windows.claim('a', false)).toEqual({ held: true });
    expect(windows.claim('b', false)).toEqual({ held: false });
    expect(lease().holder).toBe('a');
    expect(windows.claim('b', true)).toEqual({ held: true });
    expect(lease().holder).toBe('b');
    expect(changes()).toBe(2);
  });

  test('a reload takes it back within its time and builds the legs of calls anew', () => {
    const { clock, windows, open, lease, changes } = setUp();
    const wire = open('a');
    windows.claim('a', false);
    wire.close();
    expect(windows.available()).toBe(false);
    expect(lease().reclaimUntilMs).toBe(clock.now() + limits.leaseReclaimMs);
    clock.advance(limits.leaseReclaimMs - 1);
    open('b');
    expect(windows.claim('b', false)).toEqual({ held: false });
    open('a');
    expect(windows.claim('a', false)).toEqual({ held: true });
    expect(windows.available()).toBe(true);
    expect(lease().reclaimUntilMs).toBeUndefined();
    expect(changes()).toBe(2);
  });

  test('after that time it is free for anybody', () => {
    const { clock, windows, open, lease } = setUp();
    open('a').close();
    open('a');
    windows.claim('a', false);
    windows.attach('a', new FakeWire(), handlers);
    expect(lease().holder).toBe('a');
    const wire = open('c');
    windows.claim('c', true);
    wire.close();
    clock.advance(limits.leaseReclaimMs);
    expect(lease().holder).toBeNull();
    expect(windows.claim('a', false)).toEqual({ held: true });
  });

  test('only the holder can release it', () => {
    const { windows, open, lease } = setUp();
    open('a');
    open('b');
    windows.claim('a', false);
    windows.release('b');
    expect(lease().holder).toBe('a');
    windows.release('a');
    expect(lease().holder).toBeNull();
  });

  test('without a holder the softphone is told in words that no window is open', async () => {
    const { windows } = setUp();
    await expect(windows.ask('media.close', { callId: 'x' })).rejects.toMatchObject({ code: 'media' });
  });

  test('codecs are those of the window that holds the lease', () => {
    const { windows, open } = setUp();
    const opus = { kind: 'audio', name: 'opus', clockRateHz: 48_000, channels: 2 } as const;
    const pcmu = { kind: 'audio', name: 'PCMU', clockRateHz: 8_000, channels: 1 } as const;
    open('a');
    open('b');
    windows.reportCodecs('a', [opus]);
    windows.reportCodecs('b', [pcmu]);
    windows.claim('b', false);
    expect(windows.codecs()).toEqual([pcmu]);
  });
});
