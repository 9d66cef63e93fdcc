import type { Element } from '@xmpp/xml';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Advice } from '../core/connect-failure.ts';
import type { ServerAddress } from '../core/server-list.ts';
import { certificateProblem } from '../core/tls-trust.ts';
import { namespaces } from './namespaces.ts';

/** The server asks to be left for another one (RFC 6120 section 4.9.3.19). */
export class RedirectFailure extends ConnectFailure {
  readonly target: ServerAddress;

  constructor(target: ServerAddress) {
    super('now', t('The chat server sent Parley to another server.'), { detail: `see-other-host ${target.host}` });
    this.name = 'RedirectFailure';
    this.target = target;
  }
}

const words = {
  unreachable: msg('The chat server cannot be reached. Parley keeps trying. Check your network.'),
  closed: msg('The connection to the chat server was lost. Parley connects again.'),
  silent: msg('The chat server does not answer. Parley keeps trying.'),
  password: msg('The chat server did not accept your password. Chat is off until you enter it again.'),
  disabled: msg('Your account on the chat server is disabled. Chat is off. Ask your administrator.'),
  expired: msg('Your password has expired. Chat is off until you enter a new one.'),
  noSafeSignIn: msg(
    'The chat server offers no safe way to sign in, so Parley did not send your password. Ask your administrator.',
  ),
  noTls: msg('The chat server offers no encryption, so Parley did not send your password. Ask your administrator.'),
  impostor: msg(
    'The chat server could not prove that it knows your account, so Parley ended the sign-in. Ask your administrator.',
  ),
  replaced: msg('Chat was signed out here because it was signed in from another place. Try again to use it here.'),
  unknownDomain: msg('This server does not serve chat for your address. Check the address and the server.'),
  restarting: msg('The chat server is restarting. Parley connects again.'),
  busy: msg('The chat server has a problem. Parley keeps trying.'),
  misunderstood: msg('The chat server sent something that Parley could not read. Parley connects again.'),
} as const;

/** RFC 6120 section 4.9.3: what a stream error says about trying again. */
const streamConditions: Readonly<Record<string, { readonly advice: Advice; readonly message: Message }>> = {
  conflict: { advice: 'never', message: words.replaced },
  'host-unknown': { advice: 'never', message: words.unknownDomain },
  'host-gone': { advice: 'never', message: words.unknownDomain },
  'improper-addressing': { advice: 'never', message: words.unknownDomain },
  reset: { advice: 'now', message: words.restarting },
  'connection-timeout': { advice: 'now', message: words.closed },
  'system-shutdown': { advice: 'later', message: words.restarting },
};

/** A `<stream:error/>` of the server as a failure. */
export function streamErrorFailure(error: Element): ConnectFailure {
  const conditions = error.getChildElements().filter((child) => child.getNS() === namespaces.streamErrors);
  const condition = conditions.find((child) => child.getName() !== 'text');
  const name = condition?.getName() ?? 'undefined-condition';
  const text = error.getChildText('text', namespaces.streamErrors) ?? '';
  const detail = `stream error ${name}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
  if (name === 'see-other-host') {
    const target = parseHost(condition?.getText() ?? '');
    if (target !== undefined) return new RedirectFailure(target);
  }
  if (name === 'not-authorized') {
    return new ConnectFailure('never', t(words.password), { detail, credentialRefused: true });
  }
  const known = streamConditions[name];
  return new ConnectFailure(known?.advice ?? 'later', t(known?.message ?? words.busy), { detail });
}

/** `host`, `host:port`, `[v6]:port`. */
function parseHost(text: string): ServerAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? 5222 : Number(match[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** A `<failure/>` of SASL (RFC 6120 section 6.5). A refused password is never tried again by itself. */
export function saslFailure(failure: Element): ConnectFailure {
  const condition = failure.getChildElements().find((child) => child.getName() !== 'text');
  const name = condition?.getName() ?? 'not-authorized';
  const text = failure.getChildText('text', namespaces.sasl) ?? '';
  const detail = `SASL ${name}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
  const refused = (message: string): ConnectFailure =>
    new ConnectFailure('never', message, { detail, credentialRefused: true });
  switch (name) {
    case 'temporary-auth-failure':
      return new ConnectFailure('later', t(words.busy), { detail });
    case 'account-disabled':
      return refused(t(words.disabled));
    case 'credentials-expired':
      return refused(t(words.expired));
    case 'invalid-mechanism':
    case 'mechanism-too-weak':
    case 'encryption-required':
      return new ConnectFailure('never', t(words.noSafeSignIn), { detail });
    default:
      return refused(t(words.password));
  }
}

export function noSafeMechanism(offered: readonly string[]): ConnectFailure {
  return new ConnectFailure('never', t(words.noSafeSignIn), { detail: `offered: ${offered.join(' ').slice(0, 300)}` });
}

export function noTlsOffered(): ConnectFailure {
  return new ConnectFailure('never', t(words.noTls), { detail: 'no STARTTLS in the stream features' });
}

/** The server broke SCRAM: an impostor, or one that does not know us. No second try by itself. */
export function impostor(detail: string): ConnectFailure {
  return new ConnectFailure('never', t(words.impostor), { detail });
}

export const notStoredWords = msg(
  'New messages cannot be stored on this computer. They stay on the server, and Parley tries again. Free some disk space.',
);

/** Received stanzas could not be stored, so they were not acknowledged. */
export function notStored(detail: string): ConnectFailure {
  return new ConnectFailure('later', t(notStoredWords), { detail });
}

export function malformed(detail: string): ConnectFailure {
  return new ConnectFailure('now', t(words.misunderstood), { detail });
}

/** The connection ended without a word: a network change, a cut. The server may be well. */
export function connectionLost(detail: string): ConnectFailure {
  return new ConnectFailure('now', t(words.closed), { detail });
}

export function noAnswer(detail: string): ConnectFailure {
  return new ConnectFailure('now', t(words.silent), { detail });
}

export function handshakeTimeout(phase: string): ConnectFailure {
  return new ConnectFailure('later', t(words.silent), { detail: `no answer while ${phase}` });
}

/** An error while connecting or of TLS; a certificate that is not believed gets its own words. `name`: whose certificate. */
export function connectFailure(error: unknown, name: string): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const problem = certificateProblem(error, name);
  if (problem !== undefined) return new ConnectFailure('never', problem.message, { detail: problem.detail });
  return new ConnectFailure('later', t(words.unreachable), { detail: describe(error) });
}

/** An error of a connection in use. */
export function socketFailure(error: unknown): ConnectFailure {
  return error instanceof ConnectFailure ? error : connectionLost(describe(error));
}

function describe(error: unknown): string {
  return `${errorCode(error)} ${error instanceof Error ? error.message.slice(0, 300) : ''}`.trim();
}

function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}
