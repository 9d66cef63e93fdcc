import { globalShortcut } from 'electron';
import type { GlobalKeyName } from '../../src-shared/model/global-key.ts';

export interface GlobalKeysOptions {
  readonly pressed: (name: GlobalKeyName) => void;
  /** Another program holds this combination. */
  readonly refused: (name: GlobalKeyName, combination: string) => void;
}

/** Combinations of keys that work while another program has the keyboard; each is ours only while it is asked for. */
export class GlobalKeys {
  readonly #options: GlobalKeysOptions;
  readonly #held = new Map<GlobalKeyName, string>();
  /** Refused once: told once, and tried again when the wish comes anew. */
  readonly #refused = new Map<GlobalKeyName, string>();

  constructor(options: GlobalKeysOptions) {
    this.#options = options;
  }

  /** Listens to exactly these from now on. */
  set(wanted: ReadonlyMap<GlobalKeyName, string>): void {
    for (const [name, combination] of this.#held) {
      if (wanted.get(name) === combination) continue;
      globalShortcut.unregister(combination);
      this.#held.delete(name);
    }
    for (const [name, combination] of this.#refused) {
      if (wanted.get(name) !== combination) this.#refused.delete(name);
    }
    for (const [name, combination] of wanted) {
      if (this.#held.has(name) || this.#refused.has(name)) continue;
      const pressed = (): void => {
        this.#options.pressed(name);
      };
      if (register(combination, pressed)) this.#held.set(name, combination);
      else {
        this.#refused.set(name, combination);
        this.#options.refused(name, combination);
      }
    }
  }

  /** Of these, those that another program holds: each is taken for a moment to see. */
  taken(wanted: ReadonlyMap<GlobalKeyName, string>): readonly GlobalKeyName[] {
    const held = new Set(this.#held.values());
    return [...wanted].flatMap(([name, combination]) => {
      if (held.has(combination)) return [];
      if (!register(combination, () => undefined)) return [name];
      globalShortcut.unregister(combination);
      return [];
    });
  }

  close(): void {
    this.set(new Map());
  }
}

/** False when the system refuses; Electron throws for a combination that it cannot read. */
function register(combination: string, pressed: () => void): boolean {
  try {
    return globalShortcut.register(combination, pressed);
  } catch {
    return false;
  }
}
