import { describe, expect, test } from 'vitest';
import { figure, quantile } from './figure.ts';

describe('figures', () => {
  test('percentiles need enough samples: p95 needs 40, p99 needs 1,000', () => {
    const few = figure({ bench: 'call', metric: 'ring', unit: 'ms', samples: Array.from({ length: 39 }, (_, i) => i) });
    expect(few.p50).toBe(19);
    expect(few.p95).toBeUndefined();
    // Without its p95 the goal cannot hold.
    expect(few.holds).toBe(false);
    const enough = figure({
      bench: 'call',
      metric: 'ring',
      unit: 'ms',
      samples: Array.from({ length: 40 }, (_, i) => i),
    });
    expect(enough.p95).toBe(37);
    expect(enough.p99).toBeUndefined();
    expect(enough.holds).toBe(true);
  });

  test('a ratio goal compares with the peer of the same run', () => {
    const input = { bench: 'call', metric: 'dial', unit: 'ms', samples: [13] } as const;
    expect(figure({ ...input, peer: { name: 'baresip', value: 10 } })).toMatchObject({ ratio: 1.3, holds: true });
    expect(figure({ ...input, peer: { name: 'baresip', value: 9 } })).toMatchObject({ holds: false });
  });

  test('nothing measured is an error, not a figure', () => {
    expect(() => quantile([], 0.5)).toThrow('nothing was measured');
    expect(() => figure({ bench: 'call', metric: 'ring', unit: 'ms', samples: [] })).toThrow('nothing was measured');
    expect(() => figure({ bench: 'call', metric: 'colour', unit: 'ms', value: 1 })).toThrow('names no goal');
  });
});
