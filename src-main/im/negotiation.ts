import type { Element } from '@xmpp/xml';
import type { Duplex } from 'node:stream';
import { xml } from '@xmpp/client';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { namespaces } from './namespaces.ts';
import { ScramClient, ScramError } from './scram.ts';
import type { ScramCredentials } from './scram.ts';
import { connectionLost, impostor, malformed, noSafeMechanism, noTlsOffered, saslFailure } from './stream-failures.ts';
import type { ChatServer, Transport } from './transport.ts';
import { XmlStream } from './xml-stream.ts';

/** An earlier session that the server may still hold (XEP-0198 section 5). */
export interface Resumption {
  readonly id: string;
  /** Stanzas of the server that we have handled, modulo 2^32. */
  readonly handled: number;
}

export interface NegotiationOptions {
  readonly server: ChatServer;
  readonly domain: string;
  readonly credentials: ScramCredentials;
  /** Name that the certificate must carry. */
  readonly tlsName: string;
  readonly transport: Transport;
  readonly signal: AbortSignal;
  readonly resume?: Resumption;
  /** Told at each step, for the log. */
  readonly onPhase?: (phase: Phase) => void;
}

/**
 *   connecting --direct TLS--> securing --> opening
 *   connecting --> openingPlain --STARTTLS--> securing --> opening
 *   opening --> authenticating --SCRAM proven by both--> opening2
 *   opening2 --> resuming --resumed--> done
 *                resuming --refused--> binding
 *   opening2 --> binding --> enabling --> done
 *
 * Any step may fail; nothing is tried again here.
 */
export const phases = [
  'connecting',
  'opening without encryption',
  'starting encryption',
  'opening',
  'signing in',
  'opening the session',
  'resuming',
  'binding',
  'enabling acknowledgements',
] as const;
export type Phase = (typeof phases)[number];

/** A stream that is ready for stanzas. */
export type Negotiated =
  | {
      readonly kind: 'resumed';
      readonly stream: XmlStream;
      /** Stanzas of ours that the server has handled. */ readonly h: number;
    }
  | {
      readonly kind: 'fresh';
      readonly stream: XmlStream;
      /** Full JID that the server gave us. */
      readonly jid: string;
      /** XEP-0198; undefined: the server has no stream management. */
      readonly management: { readonly resumptionId: string | undefined } | undefined;
      /** Stanzas of the lost session that the server had handled, when it still knew. */
      readonly previousH: number | undefined;
    };

/**
 * Connects, encrypts and signs in, then leaves the stream to the caller. Aborting closes it, until `handedOver` is
 * aborted: whoever has it then decides between a goodbye and a cut.
 * @throws ConnectFailure
 */
export async function authenticate(
  options: NegotiationOptions,
  handedOver?: AbortSignal,
): Promise<{ stream: XmlStream; features: Element }> {
  const { server, domain, transport, signal } = options;
  const enter = (phase: Phase): void => {
    options.onPhase?.(phase);
  };
  enter('connecting');
  let socket = await transport.connect(server, signal);
  try {
    if (!server.directTls) {
      enter('opening without encryption');
      await startTls(socket, domain, signal);
    }
    enter('starting encryption');
    socket = await transport.secure(socket, options.tlsName, signal);
    enter('opening');
    const stream = openStream(socket, options, handedOver);
    const features = await nextFeatures(stream);
    enter('signing in');
    await signIn(stream, features, options.credentials);
    if (!stream.detach()) throw malformed('data before the stream was restarted');
    enter('opening the session');
    const session = openStream(socket, options, handedOver);
    return { stream: session, features: await nextFeatures(session) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** All of the handshake: a stream that is bound or resumed. @throws ConnectFailure */
export async function negotiate(options: NegotiationOptions): Promise<Negotiated> {
  const handedOver = new AbortController();
  const { stream, features } = await authenticate(options, handedOver.signal);
  try {
    const negotiated = await openSession(stream, features, options);
    handedOver.abort();
    return negotiated;
  } catch (error) {
    stream.fail(ConnectFailure.from(error));
    throw error;
  }
}

function openStream(socket: Duplex, options: NegotiationOptions, handedOver: AbortSignal | undefined): XmlStream {
  const stream = new XmlStream(socket);
  options.signal.addEventListener(
    'abort',
    () => {
      stream.close();
    },
    { once: true, ...(handedOver === undefined ? {} : { signal: handedOver }) },
  );
  if (options.signal.aborted) throw connectionLost('given up');
  stream.open(options.domain, `${options.credentials.user}@${options.domain}`);
  return stream;
}

/** RFC 6120 section 5.4. TLS is not a wish: without it not even the address is told. */
async function startTls(socket: Duplex, domain: string, signal: AbortSignal): Promise<void> {
  const stream = new XmlStream(socket);
  const close = (): void => {
    stream.close();
  };
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  try {
    stream.open(domain);
    const features = await nextFeatures(stream);
    if (features.getChild('starttls', namespaces.startTls) === undefined) throw noTlsOffered();
    stream.write(`<starttls xmlns="${namespaces.startTls}"/>`);
    const answer = await stream.next();
    if (!answer.is('proceed', namespaces.startTls)) throw noTlsOffered();
    if (!stream.detach()) throw malformed('data after <proceed/>, before encryption');
  } finally {
    signal.removeEventListener('abort', close);
  }
}

async function nextFeatures(stream: XmlStream): Promise<Element> {
  const features = await stream.next();
  if (!features.is('features', namespaces.streams)) throw malformed(`<${features.name}/> instead of stream features`);
  return features;
}

/** SASL (RFC 6120 section 6) with SCRAM only. */
async function signIn(stream: XmlStream, features: Element, credentials: ScramCredentials): Promise<void> {
  const offered = (features.getChild('mechanisms', namespaces.sasl)?.getChildren('mechanism') ?? []).map((mechanism) =>
    mechanism.getText().trim(),
  );
  const scram = ScramClient.choose(offered, credentials);
  if (scram === undefined) throw noSafeMechanism(offered);
  stream.write(xml('auth', { xmlns: namespaces.sasl, mechanism: scram.mechanism }, encode(scram.first())).toString());
  try {
    const challenge = await saslAnswer(stream, 'challenge');
    stream.write(xml('response', { xmlns: namespaces.sasl }, encode(await scram.final(challenge))).toString());
    scram.verify(await saslAnswer(stream, 'success'));
  } catch (error) {
    if (error instanceof ScramError) throw impostor(error.message);
    throw error;
  }
}

async function saslAnswer(stream: XmlStream, expected: 'challenge' | 'success'): Promise<string> {
  const answer = await stream.next();
  if (answer.is(expected, namespaces.sasl)) return Buffer.from(answer.getText().trim(), 'base64').toString('utf8');
  if (answer.is('failure', namespaces.sasl)) throw saslFailure(answer);
  if (answer.is('success', namespaces.sasl)) throw new ScramError('success before the server proved itself');
  throw malformed(`<${answer.name}/> instead of <${expected}/>`);
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

async function openSession(stream: XmlStream, features: Element, options: NegotiationOptions): Promise<Negotiated> {
  const sm = namespaces.streamManagement;
  const hasManagement = features.getChild('sm', sm) !== undefined;
  let previousH: number | undefined;
  if (hasManagement && options.resume !== undefined) {
    options.onPhase?.('resuming');
    stream.write(xml('resume', { xmlns: sm, h: String(options.resume.handled), previd: options.resume.id }).toString());
    const answer = await stream.next();
    const h = parseCounter(answer.attrs['h']);
    if (answer.is('resumed', sm)) {
      if (h === undefined) throw malformed('<resumed/> without h');
      return { kind: 'resumed', stream, h };
    }
    if (!answer.is('failed', sm)) throw malformed(`<${answer.name}/> instead of <resumed/>`);
    previousH = h;
  }
  options.onPhase?.('binding');
  // The server makes the resource (RFC 6120 section 7.6): no two computers ever throw each other out.
  stream.write(xml('iq', { type: 'set', id: 'bind' }, xml('bind', { xmlns: namespaces.bind })).toString());
  const bound = await stream.next();
  const jid = bound.getChild('bind', namespaces.bind)?.getChildText('jid');
  if (bound.attrs['type'] !== 'result' || jid === null || jid === undefined) {
    throw new ConnectFailure('later', t('The chat server opened no session. Parley keeps trying.'), {
      detail: bound.toString().slice(0, 300),
    });
  }
  if (!hasManagement) return { kind: 'fresh', stream, jid, management: undefined, previousH };
  options.onPhase?.('enabling acknowledgements');
  stream.write(xml('enable', { xmlns: sm, resume: 'true' }).toString());
  const enabled = await stream.next();
  const isEnabled = enabled.is('enabled', sm);
  const mayResume = enabled.attrs['resume'] === 'true' || enabled.attrs['resume'] === '1';
  const resumptionId = isEnabled && mayResume ? enabled.attrs['id'] : undefined;
  return { kind: 'fresh', stream, jid, management: isEnabled ? { resumptionId } : undefined, previousH };
}

/** A counter of XEP-0198: 0 to 2^32 - 1. */
export function parseCounter(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 0xffff_ffff ? value : undefined;
}
