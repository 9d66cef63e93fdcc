import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Parser } from '@xmpp/xml';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { Archive } from '../../src-main/archive/archive.ts';
import { Checkpointer } from '../../src-main/core/checkpointer.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { LoopDelayMeter } from '../../src-main/core/loop-delay.ts';
import { migrationSteps } from '../../src-main/core/migrations/index-of-steps.ts';
import { databaseFile, openStore } from '../../src-main/core/store.ts';
import type { Store } from '../../src-main/core/store.ts';
import { ImService } from '../../src-main/im/im-service.ts';
import { TcpTransport } from '../../src-main/im/transport.ts';
import { OwnPresence } from '../../src-main/presence/own-presence.ts';
import { labCertificates } from '../lab/certificates.ts';
import type { Certificates } from '../lab/certificates.ts';
import { until } from '../lab/wait.ts';
import { chatDomain, chatPassword, chatUser, scriptedMessages } from './chat-script.ts';
import { figure, median } from './figure.ts';
import type { Figure } from './figure.ts';
import { IdleLoop } from './idle-loop.ts';

const rounds = 5;
const messagesPerRound = 20_000;
const accountId = 'bench';
const roundTimeoutMs = 60_000;

/**
 * Messages that come in at full speed over TLS, each stored in SQLite on the disk and written to the archive, beside
 * @xmpp/xml reading the same bytes and doing nothing with them.
 */
export async function benchChat(report: (figure: Figure) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const certificates = await labCertificates();
  const server = await ScriptedServerProcess.start(certificates);
  const idle = await IdleLoop.start();
  const client = new BenchClient(directory, server.port, certificates);
  const meter = new LoopDelayMeter();
  try {
    await client.signIn();
    const perSecond: number[] = [];
    const peerPerSecond: number[] = [];
    let maxMs = 0;
    let idleMs = 0;
    for (let round = 1; round <= rounds; round += 1) {
      await server.prepare(round, messagesPerRound);
      await idle.read();
      meter.start();
      perSecond.push(messagesPerRound / (await client.receive(round * messagesPerRound, server)));
      maxMs = Math.max(maxMs, meter.read().maxMs);
      meter.stop();
      idleMs = Math.max(idleMs, await idle.read());
      peerPerSecond.push(messagesPerRound / parseAlone(round));
    }
    client.check(rounds * messagesPerRound);
    const list = (rates: readonly number[]): string => rates.map((rate) => rate.toFixed(0)).join(' ');
    process.stderr.write(`stored and archived: ${list(perSecond)}; parsed alone: ${list(peerPerSecond)} a second\n`);
    report(
      figure({
        bench: 'chat',
        metric: 'inboundPerSecond',
        unit: '1/s',
        value: median(perSecond),
        n: rounds * messagesPerRound,
        peer: { name: '@xmpp/xml parse', value: median(peerPerSecond) },
      }),
    );
    report(
      figure({
        bench: 'chat',
        metric: 'loopDelayMaxMs',
        unit: 'ms',
        value: maxMs,
        peer: { name: idle.name, value: idleMs },
      }),
    );
  } finally {
    meter.stop();
    await client.stop();
    idle.stop();
    server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Seconds that the parser needs for the messages of a round, in pieces as large as the socket gives them. */
function parseAlone(round: number): number {
  const bytes = Buffer.from(scriptedMessages(round, messagesPerRound));
  const pieceBytes = 16_384;
  const parser = new Parser();
  let messages = 0;
  parser.on('element', (element) => {
    if (element.name === 'message') messages += 1;
  });
  parser.write('<stream>');
  const startedMs = performance.now();
  for (let at = 0; at < bytes.length; at += pieceBytes) parser.write(bytes.toString('utf8', at, at + pieceBytes));
  const tookMs = performance.now() - startedMs;
  if (messages !== messagesPerRound) throw new Error(`the parser read ${messages} messages`);
  return tookMs / 1_000;
}

/** The scripted server in its own process. */
class ScriptedServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start({ good }: Certificates): Promise<ScriptedServerProcess> {
    const entry = fileURLToPath(new URL('chat-server-process.ts', import.meta.url));
    const child = fork(entry, [good.chainPath, good.keyPath], { execArgv: [] });
    return new ScriptedServerProcess(child, Number(await answer(child)));
  }

  async prepare(round: number, count: number): Promise<void> {
    const prepared = answer(this.#child);
    this.#child.send({ prepare: { round, count } });
    await prepared;
  }

  send(): void {
    this.#child.send({ send: true });
  }

  stop(): void {
    this.#child.kill();
  }
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`the scripted server ended with ${String(code)}`));
    };
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

/** The chat service as the program builds it, with its store and archive on the disk. */
class BenchClient {
  readonly #store: Store;
  readonly #checkpointer: Checkpointer;
  readonly #archive: Archive;
  readonly #archiveFolder: string;
  readonly #presence: OwnPresence;
  readonly #service: ImService;
  #shown = 0;
  #isUp = false;

  constructor(directory: string, port: number, certificates: Certificates) {
    const health = { report: () => undefined };
    const log = silentLogger;
    const own = `${chatUser}@${chatDomain}`;
    const hub = new TopicHub();
    this.#archiveFolder = join(directory, 'archive');
    this.#store = openStore({ directory, migrations: migrationSteps, clock: systemClock, log, health });
    if (!this.#store.persistent) throw new Error(this.#store.notices.join(' '));
    const { db } = this.#store;
    this.#checkpointer = new Checkpointer({ db, file: join(directory, databaseFile), clock: systemClock, log });
    this.#presence = new OwnPresence({
      store: this.#store,
      accountId,
      publish: (snapshot) => hub.publish('ownPresence', snapshot),
    });
    this.#archive = new Archive({
      style: 'linux',
      home: directory,
      documents: directory,
      own,
      ownName: () => 'Alice',
      nameOf: (peer) => peer,
      settings: () => ({ enabled: true, folder: this.#archiveFolder }),
      health,
      clock: systemClock,
      log,
    });
    this.#service = new ImService({
      account: { id: accountId },
      config: { jid: own, servers: [{ host: '127.0.0.1', port }], directTls: false },
      store: this.#store,
      room: () => this.#checkpointer.room(),
      hub,
      emit: (name) => {
        if (name === 'chat.message') this.#shown += 1;
      },
      health: {
        report: ({ service, state }) => {
          if (service === 'chat') this.#isUp = state === 'ok';
        },
      },
      clock: systemClock,
      random: Math.random,
      log,
      transport: new TcpTransport({ extraCa: [readFileSync(certificates.caPath, 'utf8')], useSystemStore: false }),
      resolve: () => Promise.resolve([]),
      ownPresence: this.#presence,
      archive: this.#archive,
      names: { byJid: () => undefined },
      sendsTyping: () => true,
    });
  }

  async signIn(): Promise<void> {
    await this.#checkpointer.start();
    this.#presence.start();
    await this.#archive.start();
    await this.#service.start();
    this.#service.connect(chatPassword);
    await until('sign-in', () => this.#isUp && this.#presence.wanted.shown !== 'offline');
  }

  /**
   * Lets the server send a round; resolves to the seconds until `total` messages were stored and the last of them was
   * written to the archive, whose files tell when that was.
   */
  async receive(total: number, server: ScriptedServerProcess): Promise<number> {
    const startedMs = Date.now();
    server.send();
    await until('all messages', () => this.#shown >= total, roundTimeoutMs, 1);
    const storedMs = Date.now();
    await until('the archive', () => this.#archivedBytesSettled(), roundTimeoutMs, 50);
    const archivedMs = Math.max(...this.#archiveFiles().map((path) => statSync(path).mtimeMs));
    if (archivedMs < startedMs) throw new Error('nothing was archived');
    return (Math.max(storedMs, archivedMs) - startedMs) / 1_000;
  }

  /** Throws unless every message is in the database and in the archive. */
  check(total: number): void {
    const { stored } = this.#store.db.prepare('SELECT count(*) AS stored FROM messages').get() as { stored: number };
    const lines = this.#archiveFiles().flatMap((path) => readFileSync(path, 'utf8').match(/^\[/gm) ?? []).length;
    if (stored !== total || lines !== total) {
      throw new Error(`of ${total} messages ${stored} were stored and ${lines} archived`);
    }
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await this.#archive.stop();
    await this.#checkpointer.stop();
    this.#store.close();
  }

  #lastBytes = 0;
  #settledLooks = 0;

  /** True when the archive has not grown for longer than it gathers lines. */
  #archivedBytesSettled(): boolean {
    const bytes = this.#archiveFiles().reduce((sum, path) => sum + statSync(path).size, 0);
    this.#settledLooks = bytes === this.#lastBytes ? this.#settledLooks + 1 : 0;
    this.#lastBytes = bytes;
    return this.#settledLooks > 12;
  }

  #archiveFiles(): readonly string[] {
    return readdirSync(this.#archiveFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }
}
