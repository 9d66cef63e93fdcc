import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { limits } from '../../src-shared/limits.ts';
import { Checkpointer } from '../../src-main/core/checkpointer.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { LoopDelayMeter } from '../../src-main/core/loop-delay.ts';
import { migrationSteps } from '../../src-main/core/migrations/index-of-steps.ts';
import { databaseFile, openStore } from '../../src-main/core/store.ts';
import type { DirectoryEntry } from '../../src-main/directory/entry.ts';
import { entryAttributes, searchFilter, toDirectoryEntry } from '../../src-main/directory/ldap-mapping.ts';
import { PeopleStore } from '../../src-main/directory/people-store.ts';
import { DOMAIN, LDAP_READER, LDAP_SUFFIX } from '../lab/accounts.ts';
import { startLab } from '../lab/lab.ts';
import { makePeople, seededRandom } from '../lab/people.ts';
import type { Person } from '../lab/people.ts';
import { figure, median, quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { IdleLoop } from './idle-loop.ts';
import { nextMessage } from './next-message.ts';
import { keystrokes, typedLine } from './typing.ts';

const peopleCount = 100_000;
const region = 'GB';
/** Lines typed, about ten key strokes each. */
const lineCount = 400;
/** ldapsearch is asked one of so many key strokes: it is a process each time. */
const peerEvery = 16;
/** A key stroke comes in one of so many pauses between two transactions. */
const strikeEvery = 2;

/**
 * Key strokes in the search box over 100,000 people in the cache, beside ldapsearch over the same people; and how long
 * the service process is held up while people are stored and while somebody types.
 */
export async function benchSearch(report: (figure: Figure) => void): Promise<void> {
  const people = makePeople(peopleCount);
  process.stderr.write(`a directory of ${peopleCount} people starts (its import is kept for the next time)\n`);
  const lab = await startLab({ servers: ['slapd'], people: peopleCount });
  const idle = await IdleLoop.start();
  const directory = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const store = openStore({
    directory,
    migrations: migrationSteps,
    clock: systemClock,
    log: silentLogger,
    health: { report: () => undefined },
  });
  const checkpointer = new Checkpointer({
    db: store.db,
    file: join(directory, databaseFile),
    clock: systemClock,
    log: silentLogger,
  });
  const peer = new LdapSearch(directory, lab.slapd.ports.ldap);
  await checkpointer.start();
  try {
    if (!store.persistent) throw new Error(store.notices.join(' '));
    const storing = new TypingBeside(people);
    const cache: PeopleStore = new PeopleStore(store, 'bench', {
      clock: systemClock,
      monotonicMs: () => performance.now(),
      pause: async () => {
        // A key stroke is a turn of its own.
        await nextTurn();
        storing.strike(cache);
        await (checkpointer.room() ?? nextTurn());
      },
      region: () => region,
    });
    const importing = await importPeople(cache, people, idle);
    storing.isOver = true;
    knowSome(cache, people);
    const typed = await type(cache, people, idle, peer);
    const { keystrokeMs, peerMs } = typed;
    process.stderr.write(
      `longest hold-up while storing ${describe(importing)}, while typing ${describe(typed.loop)}\n` +
        `${typed.found} of ${keystrokeMs.length} key strokes found somebody; slowest: ${typed.slowest}\n` +
        `ldapsearch p50 ${median(peerMs).toFixed(1)} p99 ${quantile(peerMs, 0.99).toFixed(1)} ms, n ${peerMs.length}\n`,
    );
    if (typed.found === 0) throw new Error('no key stroke found anybody');
    report(
      figure({
        bench: 'search',
        metric: 'keystroke',
        unit: 'ms',
        samples: keystrokeMs,
        peer: { name: 'ldapsearch', value: median(peerMs) },
      }),
    );
    report(
      figure({
        bench: 'search',
        metric: 'keystrokeStoring',
        unit: 'ms',
        samples: storing.keystrokeMs,
        peer: { name: 'ldapsearch', value: median(peerMs) },
      }),
    );
    const loop = importing.maxMs > typed.loop.maxMs ? importing : typed.loop;
    report(
      figure({
        bench: 'search',
        metric: 'loopDelayMaxMs',
        unit: 'ms',
        value: loop.maxMs,
        peer: { name: idle.name, value: loop.idleMs },
      }),
    );
  } finally {
    idle.stop();
    peer.stop();
    await checkpointer.stop();
    store.close();
    rmSync(directory, { recursive: true, force: true });
    await lab.stop();
  }
}

/** Somebody who types while people are stored: one key stroke in some of the pauses. */
class TypingBeside {
  readonly keystrokeMs: number[] = [];
  isOver = false;
  readonly #people: readonly Person[];
  readonly #random = seededRandom(3);
  #pauses = 0;
  #texts: string[] = [];

  constructor(people: readonly Person[]) {
    this.#people = people;
  }

  strike(cache: PeopleStore): void {
    this.#pauses += 1;
    if (this.isOver || this.#pauses % strikeEvery !== 0) return;
    if (this.#texts.length === 0) {
      const person = this.#people[Math.floor(this.#random() * this.#people.length)];
      if (person !== undefined) this.#texts = [...keystrokes(typedLine(person, this.#pauses))];
    }
    const startedMs = performance.now();
    cache.search(this.#texts.shift() ?? '');
    this.keystrokeMs.push(performance.now() - startedMs);
  }
}

/** The longest hold-up of this event loop, and of that of an idle process in the same time. */
interface HoldUp {
  readonly maxMs: number;
  readonly idleMs: number;
}

function describe({ maxMs, idleMs }: HoldUp): string {
  return `${maxMs.toFixed(1)} ms (idle process: ${idleMs.toFixed(1)} ms)`;
}

/** The meter counts from one of its looks to the next, every 10 ms: what lies before the first or behind the last is lost. */
async function meterLooked(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 25));
}

/** As the directory's answers go into the cache. */
async function importPeople(cache: PeopleStore, people: readonly Person[], idle: IdleLoop): Promise<HoldUp> {
  const entries = people.map(entryOf);
  await idle.read();
  const meter = new LoopDelayMeter();
  meter.start();
  await meterLooked();
  const startedMs = performance.now();
  await cache.putEntries(entries);
  const tookMs = performance.now() - startedMs;
  await meterLooked();
  const { maxMs } = meter.read();
  const idleMs = await idle.read();
  meter.stop();
  if (cache.count() !== people.length) throw new Error(`${cache.count()} of ${people.length} people were stored`);
  process.stderr.write(`${people.length} people stored in ${(tookMs / 1_000).toFixed(1)} s\n`);
  return { maxMs, idleMs };
}

/** What slapd would answer. */
function entryOf(person: Person): DirectoryEntry {
  const dn = `uid=${person.uid},ou=${person.branch},${LDAP_SUFFIX}`;
  const { uid, displayName, givenName, surname, mail, number, mobile, title, department, company, city } = person;
  const entry = toDirectoryEntry(
    {
      ...{ dn, uid, cn: displayName, displayName, givenName, sn: surname, mail, telephoneNumber: number },
      ...{ mobile: mobile ?? [], title, department, company, l: city, physicalDeliveryOfficeName: city },
    },
    DOMAIN,
    person.photo !== undefined,
  );
  if (entry === undefined) throw new Error(`${dn} is no entry`);
  return entry;
}

/** A full roster, and as many people talked to lately: they are ranked before the others at each key stroke. */
function knowSome(cache: PeopleStore, people: readonly Person[]): void {
  const spread = (first: number): readonly Person[] =>
    Array.from({ length: limits.contacts }, (_, index) => people[first + index * 401]).filter(
      (person) => person !== undefined,
    );
  cache.setContacts(spread(0).map(({ mail, displayName }) => ({ jid: mail, name: displayName })));
  for (const { displayName, number } of spread(200)) {
    cache.noteRecent({ name: displayName, number, atMs: Date.now() });
  }
}

interface Typed {
  readonly keystrokeMs: readonly number[];
  readonly peerMs: readonly number[];
  readonly loop: HoldUp;
  /** Key strokes after which somebody was in the list. */
  readonly found: number;
  readonly slowest: string;
}

async function type(cache: PeopleStore, people: readonly Person[], idle: IdleLoop, peer: LdapSearch): Promise<Typed> {
  const random = seededRandom(2);
  const keystrokeMs: number[] = [];
  const peerMs: number[] = [];
  const meter = new LoopDelayMeter();
  let maxMs = 0;
  let idleMs = 0;
  let found = 0;
  let slowest = { text: '', tookMs: 0 };
  for (let line = 0; line < lineCount; line += 1) {
    const person = people[Math.floor(random() * people.length)];
    if (person === undefined) throw new Error('nobody to look for');
    const texts = keystrokes(typedLine(person, line));
    // Only while typing: the answers of the peer's process hold this one up.
    await idle.read();
    meter.start();
    await meterLooked();
    for (const text of texts) {
      const startedMs = performance.now();
      const { people: list } = cache.search(text);
      const tookMs = performance.now() - startedMs;
      keystrokeMs.push(tookMs);
      if (list.length > 0) found += 1;
      if (tookMs > slowest.tookMs) slowest = { text, tookMs };
      await nextTurn();
    }
    await meterLooked();
    maxMs = Math.max(maxMs, meter.read().maxMs);
    meter.stop();
    idleMs = Math.max(idleMs, await idle.read());
    for (let index = line % peerEvery; index < texts.length; index += peerEvery) {
      const tookMs = await peer.ask(texts[index] ?? '');
      if (tookMs !== undefined) peerMs.push(tookMs);
    }
  }
  return {
    keystrokeMs,
    peerMs,
    loop: { maxMs, idleMs },
    found,
    slowest: `"${slowest.text}" ${slowest.tookMs.toFixed(1)} ms`,
  };
}

/** Asks slapd with the same filter that the client would send. */
class LdapSearch {
  readonly #child: ChildProcess;
  readonly #args: readonly string[];

  constructor(directory: string, port: number) {
    this.#child = fork(fileURLToPath(new URL('ldapsearch-process.ts', import.meta.url)), [], { execArgv: [] });
    const passwordFile = join(directory, 'reader-password');
    writeFileSync(passwordFile, LDAP_READER.password, { mode: 0o600 });
    const bind = ['-x', '-H', `ldap://127.0.0.1:${port}`, '-D', LDAP_READER.dn, '-y', passwordFile];
    const limit = ['-z', String(limits.searchResults + 1), '-b', LDAP_SUFFIX, '-LLL', '-o', 'ldif-wrap=no'];
    this.#args = [...bind, ...limit];
  }

  /** How long it took, in milliseconds; undefined where no filter is sent. */
  async ask(text: string): Promise<number | undefined> {
    const filter = searchFilter(text, '(objectClass=inetOrgPerson)', region);
    if (filter === undefined) return undefined;
    const answered = nextMessage(this.#child, 'the process with ldapsearch');
    this.#child.send([...this.#args, filter, ...entryAttributes]);
    const answer = await answered;
    if (typeof answer !== 'number') throw new Error(`ldapsearch failed for "${text}": ${String(answer)}`);
    return answer;
  }

  stop(): void {
    this.#child.kill();
  }
}
