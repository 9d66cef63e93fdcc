import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../src-shared/test-clock.ts';
import type { Wire } from '../src-shared/rpc/wire.ts';
import type { AppPort } from './app-port.ts';
import { AppRunner } from './app-runner.ts';
import { silentLogger } from './core/log.ts';

/** A program that notes what is done to it. */
class AppDouble implements AppPort {
  readonly number: number;
  /** Ends the call that `whenIdle` waits for. */
  hangUp = (): void => undefined;
  isOnCall = false;
  stopping: Promise<void> = Promise.resolve();

  constructor(number: number) {
    this.number = number;
  }
  start(): Promise<void> {
    note(this, 'start');
    return starting;
  }
  async stop(): Promise<void> {
    note(this, 'stop');
    await this.stopping;
  }
  attach(clientId: string): void {
    note(this, `attach ${clientId}`);
  }
  openTarget(target: string): void {
    note(this, `open ${target}`);
  }
  signInOnce(): void {
    note(this, 'sign in');
  }
  unexpected(kind: string, error: unknown): void {
    note(this, `${kind}: ${String(error)}`);
  }
  whenIdle(): Promise<void> {
    if (!this.isOnCall) return Promise.resolve();
    return new Promise((resolve) => {
      this.hangUp = resolve;
    });
  }
}

let did: string[];
let apps: AppDouble[];
let notices: (readonly string[])[];
let clock: TestClock;
let runner: AppRunner;
let building: Promise<void>;
let starting: Promise<void>;

const note = (app: AppDouble, what: string): void => {
  did.push(`${app.number} ${what}`);
};
/** Lets everything happen that waits for nothing outside. */
const settle = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};
const wire = {} as Wire;
const app = (number: number): AppDouble => {
  const found = apps[number - 1];
  if (found === undefined) throw new Error(`there is no program ${number}`);
  return found;
};

/** Lets a program that is asked to stop go on ending until the returned function is called. */
function holdEnding(held: AppDouble): () => void {
  let ended = (): void => undefined;
  held.stopping = new Promise((resolve) => {
    ended = resolve;
  });
  return () => {
    ended();
  };
}

beforeEach(() => {
  did = [];
  apps = [];
  notices = [];
  clock = new TestClock();
  building = Promise.resolve();
  starting = Promise.resolve();
  runner = new AppRunner({
    build: async (told) => {
      await building;
      notices.push(told);
      const made = new AppDouble(apps.length + 1);
      apps.push(made);
      return made;
    },
    clock,
    log: silentLogger,
    renewed: () => did.push('renewed'),
    lost: (why) => did.push(`lost: ${why}`),
  });
});

describe('a forgotten rejection', () => {
  test('is noted, and the program goes on', async () => {
    await runner.start();
    runner.rejected(new Error('forgotten'));
    await settle();
    expect(did).toEqual(['1 start', '1 rejection: Error: forgotten']);
  });

  test('before a program stands it harms nothing', () => {
    runner.rejected(new Error('forgotten'));
    expect(did).toEqual([]);
  });
});

describe('an exception that nobody caught', () => {
  test('the program ends in order and another one begins, which says so', async () => {
    await runner.start();
    runner.thrown(new Error('broken'));
    await settle();
    expect(did).toEqual(['1 start', '1 exception: Error: broken', '1 stop', '2 start', 'renewed']);
    expect(notices).toEqual([[], [expect.stringContaining('had a fault of its own and began anew')]]);
  });

  test('a call is not cut: the program begins anew after the last one', async () => {
    await runner.start();
    app(1).isOnCall = true;
    runner.thrown(new Error('broken'));
    runner.thrown(new Error('broken again'));
    await settle();
    expect(did).toEqual(['1 start', '1 exception: Error: broken', '1 exception: Error: broken again']);
    runner.attach('window', wire);
    app(1).hangUp();
    await settle();
    expect(did.slice(3)).toEqual(['1 attach window', '1 stop', '2 start', 'renewed']);
  });

  test('a window that comes in between waits for the next program', async () => {
    await runner.start();
    const ended = holdEnding(app(1));
    runner.thrown(new Error('broken'));
    await settle();
    runner.attach('window', wire);
    runner.openTarget('tel:1');
    ended();
    await settle();
    expect(did.slice(2)).toEqual(['1 stop', '2 start', '2 attach window', 'renewed']);
  });

  test('a program that does not end is not waited for', async () => {
    await runner.start();
    app(1).stopping = new Promise(() => undefined);
    runner.thrown(new Error('broken'));
    await settle();
    clock.advance(5_000);
    await settle();
    expect(did.at(-1)).toBe('lost: it did not end');
    expect(apps).toHaveLength(1);
    expect(runner.isUp).toBe(false);
  });

  test('one that ends with an error is followed by another all the same', async () => {
    await runner.start();
    app(1).stopping = Promise.reject(new Error('the database is gone'));
    runner.thrown(new Error('broken'));
    await settle();
    expect(did.at(-1)).toBe('renewed');
  });

  test('a program that cannot be built again is lost', async () => {
    await runner.start();
    building = Promise.reject(new Error('no database'));
    runner.thrown(new Error('broken'));
    await settle();
    expect(did.at(-1)).toBe('lost: it could not begin anew');
  });

  test('a fault that comes back at once is given up; one a day is not', async () => {
    await runner.start();
    for (let day = 1; day <= 5; day += 1) {
      runner.thrown(new Error('broken'));
      await settle();
      clock.advance(24 * 3_600_000);
    }
    expect(apps).toHaveLength(6);
    for (let time = 1; time <= 4; time += 1) {
      runner.thrown(new Error('broken'));
      await settle();
    }
    expect(apps).toHaveLength(9);
    expect(did.slice(-2)).toEqual(['9 stop', 'lost: it began anew 3 times already']);
  });

  test('what comes while the program ends is not one more beginning', async () => {
    await runner.start();
    const ended = holdEnding(app(1));
    runner.thrown(new Error('broken'));
    await settle();
    runner.thrown(new Error('broken while it ends'));
    ended();
    await settle();
    expect(apps).toHaveLength(2);
  });
});

describe('the end', () => {
  test('while the first program is built: it never starts', async () => {
    let built = (): void => undefined;
    building = new Promise((resolve) => {
      built = resolve;
    });
    const started = runner.start();
    await runner.stop();
    built();
    await started;
    expect(did).toEqual([]);
    expect(runner.isUp).toBe(false);
  });

  test('while it waits for a call: nothing begins anew', async () => {
    await runner.start();
    app(1).isOnCall = true;
    runner.thrown(new Error('broken'));
    await runner.stop();
    app(1).hangUp();
    await settle();
    expect(did.slice(2)).toEqual(['1 stop']);
    expect(runner.isUp).toBe(false);
  });

  test('while the next program is built: it ends as well', async () => {
    await runner.start();
    let built = (): void => undefined;
    building = new Promise((resolve) => {
      built = resolve;
    });
    runner.thrown(new Error('broken'));
    await settle();
    await runner.stop();
    built();
    await settle();
    expect(did.slice(2)).toEqual(['1 stop']);
    expect(apps.length).toBeLessThan(3);
    expect(runner.isUp).toBe(false);
  });
});
