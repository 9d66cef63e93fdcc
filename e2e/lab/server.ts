import { chownSync, lstatSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { portOwners, releasePort, reservePort } from './ports.ts';
import type { PortWant, Protocol } from './ports.ts';
import { ProcessGroup } from './process-group.ts';
import type { Identity } from './process-group.ts';
import type { Reaper } from './reaper.ts';
import { pause } from './wait.ts';

/** What all servers of one lab share. */
export interface LabContext {
  /** The lab's own temporary folder; each server has a folder below it. */
  readonly directory: string;
  /** Unprivileged user of the servers; undefined: as ourselves. */
  readonly identity: Identity | undefined;
  readonly certificates: Certificates;
  readonly reaper: Reaper;
}

/*
 *            start()              ready                freeze()
 *  stopped ----------> starting ---------> running <============> frozen
 *     ^                    |                 |         thaw()       |
 *     |                    | failed          | stop(), kill()       | stop(), kill()
 *     +--------------------+-----------------+----------------------+
 *
 * start() of what runs and freeze() of what does not run are refused: a spec that does so is wrong.
 */
export type ServerState = 'stopped' | 'starting' | 'running' | 'frozen';

/** Why a server did not come up. `collision`: another program took one of its ports meanwhile. */
export class ServerStartError extends Error {
  readonly isCollision: boolean;

  constructor(message: string, isCollision: boolean) {
    super(message);
    this.name = 'ServerStartError';
    this.isCollision = isCollision;
  }
}

const START_TIMEOUT_MS = 20_000;
const PORT_ATTEMPTS = 5;
const LOG_TAIL_CHARACTERS = 3_000;

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A real server as a foreground child on loopback, in its own folder. Ports are chosen at the first
 * start and kept for the life of the object, so that a restarted server is found where it was.
 */
export abstract class LabServer<PortName extends string> {
  readonly name: string;
  protected readonly context: LabContext;
  /** The program that runs, where several servers of a lab are of one kind. */
  readonly program: string;
  readonly #wants: Readonly<Record<PortName, PortWant>>;
  #ports: Readonly<Record<PortName, number>> | undefined;
  #group: ProcessGroup | undefined;
  #state: ServerState = 'stopped';
  #isTakenAway = false;

  constructor(name: string, context: LabContext, wants: Readonly<Record<PortName, PortWant>>, program = name) {
    this.name = name;
    this.program = program;
    this.context = context;
    this.#wants = wants;
  }

  /** Writes configuration and data for {@link ports} into {@link directory}; run before every start. */
  protected abstract prepare(): Promise<void> | void;
  protected abstract launch(): ServerCommand;

  /** Whether it also answers its protocol; asked again and again after all its ports are its own. */
  protected isReady(): Promise<boolean> | boolean {
    return true;
  }

  /** Runs as ourselves when it must read our files; servers that face a network do not. */
  protected get identity(): Identity | undefined {
    return this.context.identity;
  }

  protected get stdio(): 'log' | 'lines' {
    return 'log';
  }

  get directory(): string {
    return join(this.context.directory, this.name);
  }

  get logFile(): string {
    return join(this.directory, `${this.name}.log`);
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Listening ports on 127.0.0.1. @throws Error before the first start */
  get ports(): Readonly<Record<PortName, number>> {
    if (this.#ports === undefined) throw new Error(`lab: ${this.name} has no ports before its first start`);
    return this.#ports;
  }

  /** Whether it was started at least once. */
  get hasPorts(): boolean {
    return this.#ports !== undefined;
  }

  /** The living group. @throws Error when the server does not run */
  protected get group(): ProcessGroup {
    if (this.#group === undefined) throw new Error(`lab: ${this.name} is not running`);
    return this.#group;
  }

  /** Everything that the server has said so far. */
  log(): string {
    try {
      return readFileSync(this.logFile, 'utf8');
    } catch {
      return '';
    }
  }

  /** Resolves when the server answers on ports that are proven to be its own. */
  async start(): Promise<void> {
    if (this.#isTakenAway) return;
    if (this.#state !== 'stopped') throw new Error(`lab: ${this.name} is ${this.#state}, it cannot be started`);
    this.#state = 'starting';
    const isPinned = this.#ports !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      this.#ports ??= await this.#reservePorts();
      try {
        await this.#startOnce();
        this.#state = 'running';
        await this.started();
        return;
      } catch (error) {
        await this.#group?.kill();
        this.#group = undefined;
        const mayRetry = !isPinned && error instanceof ServerStartError && error.isCollision && attempt < PORT_ATTEMPTS;
        if (!mayRetry) {
          this.#state = 'stopped';
          throw error;
        }
        this.#ports = undefined; // the old numbers stay reserved: they are somebody else's
      }
    }
  }

  /** Runs after every successful start: a connection to the server's own control port, for one. */
  protected async started(): Promise<void> {
    // most servers need nothing
  }

  /** Ends it politely (SIGTERM, after 3 s SIGKILL, to the whole group). A stopped server is no error. */
  async stop(): Promise<void> {
    await this.#end((group) => group.terminate());
  }

  /** SIGKILL to the whole group: what a power cut looks like. */
  async kill(): Promise<void> {
    await this.#end((group) => group.kill());
  }

  /** Kills it for good: every later start comes to nothing, without a word, so that what needs it has to notice. */
  async takeAway(): Promise<void> {
    this.#isTakenAway = true;
    await this.kill();
  }

  /** SIGSTOP to the whole group: connections stay up, nothing answers any more. */
  freeze(): void {
    if (this.#state !== 'running') throw new Error(`lab: ${this.name} is ${this.#state}, it cannot be frozen`);
    this.group.freeze();
    this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') throw new Error(`lab: ${this.name} is ${this.#state}, it cannot be thawed`);
    this.group.signal('SIGCONT');
    this.#state = 'running';
  }

  /** Stops (when it runs) and starts on the same ports. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Gives the ports back; after this the object is not used any more. */
  release(): void {
    if (this.#ports === undefined) return;
    for (const name of this.#portNames()) releasePort(this.#ports[name], this.#wants[name]);
    this.#ports = undefined;
  }

  /** Living processes of the server, for proofs that nothing is left. */
  processIds(): readonly number[] {
    return this.#group?.members() ?? [];
  }

  /** Gives the server's folder to the unprivileged user; nothing to do when we are not root. */
  protected giveAway(): void {
    const { identity } = this;
    if (identity !== undefined) chownTree(this.directory, identity);
  }

  #portNames(): readonly PortName[] {
    // Object.keys loses the key type; the object was built with exactly these keys
    return Object.keys(this.#wants) as PortName[];
  }

  async #reservePorts(): Promise<Readonly<Record<PortName, number>>> {
    const entries: (readonly [PortName, number])[] = [];
    for (const name of this.#portNames()) entries.push([name, await reservePort(this.#wants[name])]);
    return Object.fromEntries(entries) as Record<PortName, number>;
  }

  async #startOnce(): Promise<void> {
    mkdirSync(this.directory, { recursive: true });
    await this.prepare();
    this.giveAway();
    const command = this.launch();
    const group = new ProcessGroup(
      {
        ...command,
        directory: this.directory,
        logFile: this.logFile,
        identity: this.identity,
        stdio: this.stdio,
      },
      this.context.reaper,
    );
    this.#group = group;
    await this.#whenReady(group);
  }

  async #whenReady(group: ProcessGroup): Promise<void> {
    const proven: { protocol: Protocol; port: number }[] = this.#portNames()
      .filter((name) => this.#wants[name].count === undefined)
      .flatMap((name) => this.#wants[name].protocols.map((protocol) => ({ protocol, port: this.ports[name] })));
    const deadline = performance.now() + START_TIMEOUT_MS;
    let foreignSightings = 0;
    for (;;) {
      const owners = portOwners(group.groupId, proven);
      // seen twice in a row: a socket on its way from a parent to its child belongs to nobody for a moment
      foreignSightings = owners.includes('foreign') ? foreignSightings + 1 : 0;
      if (foreignSightings > 1) throw new ServerStartError(`lab: a port of ${this.name} is taken`, true);
      if (group.exit !== undefined) {
        if (owners.includes('foreign')) throw new ServerStartError(`lab: a port of ${this.name} is taken`, true);
        throw new ServerStartError(`lab: ${this.name} ended at its start (${group.exit}):\n${this.#logTail()}`, false);
      }
      if (owners.every((owner) => owner === 'ours') && (await this.isReady())) return;
      if (performance.now() > deadline) {
        throw new ServerStartError(`lab: ${this.name} did not come up in time:\n${this.#logTail()}`, false);
      }
      await pause(10);
    }
  }

  #logTail(): string {
    return this.log().slice(-LOG_TAIL_CHARACTERS);
  }

  async #end(how: (group: ProcessGroup) => Promise<void>): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    await how(group);
    this.#group = undefined;
    this.#state = 'stopped';
  }
}

/** Changes the owner of a folder and all in it. */
export function chownTree(path: string, identity: Identity): void {
  chownSync(path, identity.uid, identity.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) chownTree(join(path, name), identity);
}
