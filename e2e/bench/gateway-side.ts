import { randomBytes } from 'node:crypto';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../../scripts/paths.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import type { MediaSession } from '../../src-main/media-gateway/media.ts';
import { forkGatewayInNode } from '../../src-main/media-gateway/node-channel.ts';
import { parseSdp } from '../../src-main/media-gateway/sdp.ts';
import { keyingBytes, srtpSuite } from '../../src-main/media-gateway/srtp-suites.ts';

const loopback = '127.0.0.1';
/** The SIP side's number for PCMA (RFC 3551). */
export const sipPayloadType = 8;

/** A call at the SIP side of the gateway. */
export interface OpenCall {
  readonly remotePort: number;
  /** Master keys with salts in base64, of what the gateway sends and of what it expects. */
  readonly keys?: { readonly suite: string; readonly fromGateway: string; readonly toGateway: string };
}

/** The service's side of the media gateway: in this process or in another one. */
export interface GatewaySide {
  /** Process id of the media process. */
  readonly pid: number;
  /** A call with a peer of plain RTP at `sipPort`, or of SRTP with `suite`. */
  open(callId: string, sipPort: number, suite?: string): Promise<OpenCall>;
  /** Gives the answer to the window's offer. */
  connect(callId: string, offerSdp: string): Promise<string>;
  hold(callId: string, sipPort: number): Promise<void>;
  close(callId: string): Promise<void>;
  stop(): Promise<void>;
}

/** A media process with this process as its service. */
export class LocalGateway implements GatewaySide {
  readonly #gateway = new MediaGateway({
    forkGateway: () =>
      forkGatewayInNode(inRoot('out/main/media-gateway.js'), (text) => {
        process.stderr.write(text);
      }),
    clock: systemClock,
    log: silentLogger,
    health: { report: () => undefined },
  });
  readonly #sessions = new Map<string, MediaSession>();

  get pid(): number {
    const { pid } = this.#gateway;
    if (pid === undefined) throw new Error('the gateway process does not run');
    return pid;
  }

  static async start(): Promise<LocalGateway> {
    const made = new LocalGateway();
    await made.#gateway.start();
    await made.#gateway.usage(); // answers when the process runs
    return made;
  }

  async open(callId: string, sipPort: number, suite?: string): Promise<OpenCall> {
    const session = this.#gateway.openSession({
      callId,
      localAddress: loopback,
      kinds: ['audio'],
      audioCodecs: ['PCMA'],
      ...(suite === undefined ? {} : { encryption: { mode: 'required', keysAreSecret: true, suites: [suite] } }),
    });
    this.#sessions.set(callId, session);
    const offer = parseSdp(await session.createOffer());
    if (!offer.ok) throw new Error(`the gateway's offer cannot be read: ${offer.reason}`);
    const [media] = offer.description.media;
    if (media === undefined) throw new Error("the gateway's offer has no sound");
    if (suite === undefined) {
      await session.acceptAnswer(answer(sipPort, 'RTP/AVP', []));
      return { remotePort: media.port };
    }
    const known = srtpSuite(suite);
    const fromGateway = /inline:([^|\s]+)/.exec(media.crypto[0] ?? '')?.[1];
    if (known === undefined || fromGateway === undefined) throw new Error(`the gateway does not offer ${suite}`);
    const toGateway = randomBytes(keyingBytes(known)).toString('base64');
    await session.acceptAnswer(answer(sipPort, 'RTP/SAVP', [`a=crypto:1 ${suite} inline:${toGateway}`]));
    return { remotePort: media.port, keys: { suite, fromGateway, toGateway } };
  }

  async connect(callId: string, offerSdp: string): Promise<string> {
    return (await this.#gateway.connectRenderer(callId, offerSdp)).answerSdp;
  }

  async hold(callId: string, sipPort: number): Promise<void> {
    const session = this.#sessions.get(callId);
    session?.setHold(true);
    await session?.createOffer();
    await session?.acceptAnswer(answer(sipPort, 'RTP/AVP', ['a=recvonly']));
  }

  async close(callId: string): Promise<void> {
    await this.#sessions.get(callId)?.close();
    this.#sessions.delete(callId);
  }

  stop(): Promise<void> {
    return this.#gateway.stop();
  }
}

function answer(port: number, protocol: string, lines: readonly string[]): string {
  const session = ['v=0', `o=- 1 1 IN IP4 ${loopback}`, 's=-', `c=IN IP4 ${loopback}`, 't=0 0'];
  return [...session, `m=audio ${String(port)} ${protocol} ${String(sipPayloadType)}`, ...lines, ''].join('\r\n');
}

/** What the process of `gateway-service-process.ts` is asked for. */
export type ServiceRequest = { readonly id: number } & (
  | { readonly ask: 'start' }
  | { readonly ask: 'open'; readonly callId: string; readonly sipPort: number }
  | { readonly ask: 'connect'; readonly callId: string; readonly offerSdp: string }
  | { readonly ask: 'close'; readonly callId: string }
  | { readonly ask: 'busy'; readonly percent: number }
  | { readonly ask: 'stop' }
);
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export type ServiceAnswer = { readonly id: number; readonly result: unknown };

/** A media process whose service is another process, which can be kept busy. */
export class RemoteGateway implements GatewaySide {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #nextId = 1;
  #pid = 0;

  private constructor() {
    const entry = fileURLToPath(new URL('gateway-service-process.ts', import.meta.url));
    this.#child = fork(entry, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => {
      const { id, result } = message as ServiceAnswer;
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  static async start(): Promise<RemoteGateway> {
    const made = new RemoteGateway();
    made.#pid = Number(await made.#ask({ ask: 'start' }));
    return made;
  }

  get pid(): number {
    return this.#pid;
  }

  async open(callId: string, sipPort: number): Promise<OpenCall> {
    return (await this.#ask({ ask: 'open', callId, sipPort })) as OpenCall;
  }

  async connect(callId: string, offerSdp: string): Promise<string> {
    return String(await this.#ask({ ask: 'connect', callId, offerSdp }));
  }

  hold(): Promise<void> {
    return Promise.reject(new Error('not asked for'));
  }

  async close(callId: string): Promise<void> {
    await this.#ask({ ask: 'close', callId });
  }

  /** Keeps the service's event loop busy for this share of the time from now on. */
  async keepBusy(percent: number): Promise<void> {
    await this.#ask({ ask: 'busy', percent });
  }

  async stop(): Promise<void> {
    await this.#ask({ ask: 'stop' });
    this.#child.kill();
  }

  #ask(request: WithoutId<ServiceRequest>): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ ...request, id }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }
}
