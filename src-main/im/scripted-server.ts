import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { Duplex } from 'node:stream';
import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { ServerAddress } from '../core/server-list.ts';
import { namespaces } from './namespaces.ts';
import { StanzaParser } from './stanza-parser.ts';
import type { Transport } from './transport.ts';

/**
 * An XMPP server at the other end of a wire in memory, for unit tests. It keeps to RFC 6120 and XEP-0198 unless it is told
 * to misbehave; sessions outlive connections, bytes on a wire that is cut are lost.
 */
export interface ScriptedServerOptions {
  readonly domain: string;
  readonly passwords: Readonly<Record<string, string>>;
  readonly mechanisms?: readonly string[];
  readonly offersTls?: boolean;
  /** Written in the clear behind `<proceed/>`, as an attacker on the path would. */
  readonly afterProceed?: string;
  readonly hasStreamManagement?: boolean;
  /** Answers an iq; undefined: the server's own answer. */
  readonly onIq?: (iq: Element, session: ServerSession) => Element | undefined;
  /** A stanza that is no iq was handled. */
  readonly onStanza?: (stanza: Element, session: ServerSession) => void;
  /** Written instead of the stream features after sign-in. */
  readonly insteadOfFeatures?: (attempt: number) => string | undefined;
}

const sm = namespaces.streamManagement;
const iterations = 4_096;

/** What the server remembers of a bound client. */
export class ServerSession {
  readonly id: string;
  readonly jid: string;
  /** Stanzas of the client that were handled. */
  handled = 0;
  readonly unacknowledged: string[] = [];
  #acknowledged = 0;
  connection: ServerConnection | undefined;

  constructor(id: string, jid: string) {
    this.id = id;
    this.jid = jid;
  }

  send(stanza: Element): void {
    const text = stanza.toString();
    this.unacknowledged.push(text);
    this.connection?.write(text);
  }

  acknowledge(h: number): void {
    this.unacknowledged.splice(0, h - this.#acknowledged);
    this.#acknowledged = h;
  }
}

/** Two ends of a wire. Bytes arrive later and in pieces; after a cut none arrive any more. */
class WireEnd extends Duplex {
  peer: WireEnd | undefined;
  readonly #pieces: (chunk: Buffer) => readonly Buffer[];
  readonly #sent: Buffer[] = [];
  #isScheduled = false;

  constructor(pieces: (chunk: Buffer) => readonly Buffer[]) {
    super();
    this.#pieces = pieces;
  }

  override _read(): void {
    // pushed by the other end
  }

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.#sent.push(...this.#pieces(Buffer.from(chunk)));
    this.#schedule();
    done();
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      this.peer?.push(null);
      done();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const chunk = this.#sent.shift();
      if (chunk === undefined || this.destroyed || this.peer === undefined || this.peer.destroyed) return;
      this.peer.push(chunk);
      if (this.#sent.length > 0) this.#schedule();
    });
  }
}

export class ScriptedServer implements Transport {
  readonly options: ScriptedServerOptions;
  readonly sessions = new Map<string, ServerSession>();
  readonly #connections = new Set<ServerConnection>();
  readonly #pieces: (chunk: Buffer) => readonly Buffer[];
  /** Connections that were asked for, and where. */
  readonly dialled: ServerAddress[] = [];
  /** Names that certificates were checked against. */
  readonly secured: string[] = [];
  /** Everything that clients wrote. */
  received = '';
  #sessionNumber = 0;
  isReachable = true;

  constructor(options: ScriptedServerOptions, pieces: (chunk: Buffer) => readonly Buffer[] = (chunk) => [chunk]) {
    this.options = options;
    this.#pieces = pieces;
  }

  connect(server: ServerAddress): Promise<Duplex> {
    this.dialled.push(server);
    if (!this.isReachable) return Promise.reject(new Error('refused'));
    const near = new WireEnd(this.#pieces);
    const far = new WireEnd(this.#pieces);
    near.peer = far;
    far.peer = near;
    const connection = new ServerConnection(this, far, near);
    this.#connections.add(connection);
    for (const end of [near, far]) end.on('close', () => this.#connections.delete(connection));
    return Promise.resolve(near);
  }

  secure(socket: Duplex, name: string): Promise<Duplex> {
    this.secured.push(name);
    return Promise.resolve(socket);
  }

  /** Cuts every wire. @returns how many there were */
  cut(): number {
    const count = this.#connections.size;
    for (const connection of this.#connections) connection.cut();
    return count;
  }

  /** A client is hashing its answer to a challenge, which takes real time. */
  get awaitsResponse(): boolean {
    return [...this.#connections].some((connection) => connection.awaitsResponse);
  }

  /** The newest session. */
  get session(): ServerSession {
    const session = [...this.sessions.values()].at(-1);
    if (session === undefined) throw new Error('nobody is bound');
    return session;
  }

  /** Writes outside of any stanza. */
  writeRaw(text: string): void {
    for (const connection of this.#connections) connection.write(text);
  }

  makeSession(user: string): ServerSession {
    this.#sessionNumber += 1;
    const id = `sm-${this.#sessionNumber}`;
    const session = new ServerSession(id, `${user}@${this.options.domain}/r${this.#sessionNumber}`);
    this.sessions.set(id, session);
    return session;
  }
}

class ServerConnection {
  readonly #server: ScriptedServer;
  readonly #socket: WireEnd;
  readonly #near: WireEnd;
  #parser: StanzaParser;
  #stage: 'plain' | 'secure' | 'signedIn' = 'plain';
  #user = '';
  #clientFirst = '';
  #serverFirst = '';
  #hash: 'sha256' | 'sha1' = 'sha256';
  #session: ServerSession | undefined;
  awaitsResponse = false;

  constructor(server: ScriptedServer, socket: WireEnd, near: WireEnd) {
    this.#server = server;
    this.#socket = socket;
    this.#near = near;
    this.#parser = this.#makeParser();
    socket.on('data', (chunk: Buffer) => {
      server.received += chunk.toString();
      this.#parser.write(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#session?.connection === this) this.#session.connection = undefined;
    });
  }

  write(text: string): void {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(text);
  }

  cut(): void {
    for (const end of [this.#socket, this.#near]) end.destroy();
  }

  #makeParser(): StanzaParser {
    return new StanzaParser(
      { stanzaBytes: 1_000_000, stanzaDepth: 50 },
      {
        onOpen: () => {
          this.#opened();
        },
        onElement: (element) => {
          this.#onElement(element);
        },
        onEnd: () => {
          if (this.#session !== undefined) this.#server.sessions.delete(this.#session.id);
          this.#socket.end('</stream:stream>');
        },
        onMalformed: () => {
          this.cut();
        },
      },
    );
  }

  #restart(): void {
    this.#parser.close();
    this.#parser = this.#makeParser();
  }

  #opened(): void {
    const {
      mechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-1'],
      offersTls = true,
      hasStreamManagement = true,
    } = this.#server.options;
    this.write(
      `<?xml version='1.0'?><stream:stream from='x' id='1' version='1.0' xmlns='${namespaces.client}' xmlns:stream='${namespaces.streams}'>`,
    );
    const features: Element[] = [];
    if (this.#stage === 'plain' && offersTls) features.push(xml('starttls', { xmlns: namespaces.startTls }));
    if (this.#stage === 'secure') {
      const offered = mechanisms.map((mechanism) => xml('mechanism', null, mechanism));
      features.push(xml('mechanisms', { xmlns: namespaces.sasl }, ...offered));
    }
    if (this.#stage === 'signedIn') {
      const instead = this.#server.options.insteadOfFeatures?.(this.#server.dialled.length);
      if (instead !== undefined) {
        this.write(instead);
        return;
      }
      features.push(xml('bind', { xmlns: namespaces.bind }));
      if (hasStreamManagement) features.push(xml('sm', { xmlns: sm }));
    }
    this.write(xml('stream:features', null, ...features).toString());
  }

  #onElement(element: Element): void {
    switch (element.name) {
      case 'starttls':
        this.#restart();
        this.#stage = 'secure';
        this.write(
          xml('proceed', { xmlns: namespaces.startTls }).toString() + (this.#server.options.afterProceed ?? ''),
        );
        return;
      case 'auth':
        this.#auth(element);
        return;
      case 'response':
        this.#response(Buffer.from(element.getText(), 'base64').toString());
        return;
      case 'resume':
        this.#resume(element);
        return;
      case 'enable':
        if (this.#session !== undefined) this.#session.handled = 0;
        this.write(xml('enabled', { xmlns: sm, id: this.#session?.id, resume: 'true' }).toString());
        return;
      case 'r':
        this.write(xml('a', { xmlns: sm, h: String(this.#session?.handled ?? 0) }).toString());
        return;
      case 'a':
        this.#session?.acknowledge(Number(element.attrs['h']));
        return;
      default:
        this.#onStanza(element);
    }
  }

  #auth(element: Element): void {
    const text = Buffer.from(element.getText(), 'base64').toString();
    this.#hash = element.attrs['mechanism'] === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
    this.#clientFirst = text.slice(3);
    this.#user = /n=([^,]*)/.exec(text)?.[1] ?? '';
    const nonce = /r=([^,]*)/.exec(this.#clientFirst)?.[1] ?? '';
    this.#serverFirst = `r=${nonce}server,s=${Buffer.from('salt').toString('base64')},i=${iterations}`;
    this.awaitsResponse = true;
    this.write(xml('challenge', { xmlns: namespaces.sasl }, base64(this.#serverFirst)).toString());
  }

  #response(text: string): void {
    this.awaitsResponse = false;
    const hash = this.#hash;
    const hmac = (key: Buffer, data: string): Buffer => createHmac(hash, key).update(data).digest();
    const password = this.#server.options.passwords[this.#user] ?? '';
    const salted = pbkdf2Sync(password, 'salt', iterations, hash === 'sha1' ? 20 : 32, hash);
    const message = `${this.#clientFirst},${this.#serverFirst},${text.slice(0, text.lastIndexOf(',p='))}`;
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash(hash).update(clientKey).digest(), message);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString('base64');
    if (text.slice(text.lastIndexOf(',p=') + 3) !== proof) {
      this.write(xml('failure', { xmlns: namespaces.sasl }, xml('not-authorized')).toString());
      return;
    }
    this.#restart();
    this.#stage = 'signedIn';
    const proven = hmac(hmac(salted, 'Server Key'), message).toString('base64');
    this.write(xml('success', { xmlns: namespaces.sasl }, base64(`v=${proven}`)).toString());
  }

  #resume(element: Element): void {
    const session = this.#server.sessions.get(element.attrs['previd'] ?? '');
    if (session === undefined) {
      this.write(xml('failed', { xmlns: sm }, xml('item-not-found', { xmlns: namespaces.stanzaErrors })).toString());
      return;
    }
    session.connection?.cut();
    session.connection = this;
    this.#session = session;
    session.acknowledge(Number(element.attrs['h']));
    this.write(xml('resumed', { xmlns: sm, previd: session.id, h: String(session.handled) }).toString());
    for (const stanza of session.unacknowledged) this.write(stanza);
  }

  #onStanza(stanza: Element): void {
    if (stanza.getChild('bind', namespaces.bind) !== undefined) {
      this.#session = this.#server.makeSession(this.#user);
      this.#session.connection = this;
      const bind = xml('bind', { xmlns: namespaces.bind }, xml('jid', null, this.#session.jid));
      this.write(xml('iq', { type: 'result', id: stanza.attrs['id'] }, bind).toString());
      return;
    }
    const session = this.#session;
    if (session === undefined) return;
    session.handled += 1;
    if (stanza.name !== 'iq') {
      this.#server.options.onStanza?.(stanza, session);
      return;
    }
    if (stanza.attrs['type'] === 'result' || stanza.attrs['type'] === 'error') return;
    session.send(this.#server.options.onIq?.(stanza, session) ?? emptyResult(stanza));
  }
}

/** An empty result from whom the iq was for. */
export function emptyResult(iq: Element, ...children: readonly Element[]): Element {
  const { id, to } = iq.attrs;
  return xml('iq', { type: 'result', id, ...(to === undefined ? {} : { from: to }) }, ...children);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
