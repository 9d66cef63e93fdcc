import { z } from 'zod';
import { capabilityParts } from '../../src-shared/model/capability.ts';
import type { CapabilityMeasure } from '../../src-shared/model/capability.ts';
import type { Store } from '../core/store.ts';
import { highestScore, lowestScore } from './capability-score.ts';

export interface StoredCapability {
  readonly parts: readonly CapabilityMeasure[];
  readonly measuredAtMs: number;
}

const partsShape = z.array(
  z.object({
    part: z.enum(capabilityParts),
    score: z.number().min(lowestScore).max(highestScore),
    measured: z.string().max(500),
  }),
);

/** Rows of table `capability`, one for each machine. */
export class CapabilityStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Undefined when this machine was never measured, or the row makes no sense. */
  load(machine: string): StoredCapability | undefined {
    const row = this.#store.db
      .prepare<[string], { result: string; measured_at_ms: number }>(
        'SELECT result, measured_at_ms FROM capability WHERE machine = ?',
      )
      .get(machine);
    if (row === undefined) return undefined;
    const parts = parse(row.result);
    const isComplete = parts !== undefined && capabilityParts.every((name) => parts.some(({ part }) => part === name));
    return isComplete ? { parts, measuredAtMs: row.measured_at_ms } : undefined;
  }

  /** Throws AppError when the disk does not take it. */
  save(machine: string, { parts, measuredAtMs }: StoredCapability): void {
    this.#store.write((db) =>
      db
        .prepare('INSERT OR REPLACE INTO capability (machine, result, measured_at_ms) VALUES (?, ?, ?)')
        .run(machine, JSON.stringify(parts), measuredAtMs),
    );
  }
}

function parse(text: string): readonly CapabilityMeasure[] | undefined {
  try {
    return partsShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
