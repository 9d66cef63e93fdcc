import { describe, expect, test } from 'vitest';
import { resolveSetting } from './precedence.ts';

/** Every combination of the four layers: who wins is decided by the order alone. */
const order = ['policy', 'provisioned', 'user', 'seed'] as const;

describe('which value holds', () => {
  for (let mask = 0; mask < 16; mask += 1) {
    const present = order.filter((_, index) => (mask & (1 << index)) !== 0);
    const winner = present[0] ?? 'default';
    test(`${present.join(' + ') || 'nothing'}: ${winner}`, () => {
      const layer = (name: (typeof order)[number]): string | undefined => (present.includes(name) ? name : undefined);
      expect(
        resolveSetting(
          { policy: layer('policy'), provisioned: layer('provisioned'), user: layer('user'), seed: layer('seed') },
          'default',
        ),
      ).toEqual({ value: winner, source: winner, locked: winner === 'policy' || winner === 'provisioned' });
    });
  }

  test('false, zero and the empty list are values, not absences', () => {
    expect(resolveSetting({ policy: undefined, provisioned: undefined, user: false, seed: true }, true)).toEqual({
      value: false,
      source: 'user',
      locked: false,
    });
    expect(resolveSetting({ policy: [], provisioned: undefined, user: ['x'], seed: undefined }, ['y'])).toEqual({
      value: [],
      source: 'policy',
      locked: true,
    });
  });
});
