import Database from 'better-sqlite3';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { VoicemailBox } from '../../src-shared/model/voicemail.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { ServerAddress, VoicemailConfig } from '../account/account-config.ts';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/log.ts';
import { loopbackCertificate, loopbackKey } from '../core/loopback-certificate.test-data.ts';
import { voicemail as migration } from '../core/migrations/031-voicemail.ts';
import { voicemailMailbox } from '../core/migrations/058-voicemail-mailbox.ts';
import { storeOver } from '../core/store.ts';
import type { KnownParty } from '../directory/reverse-lookup.ts';
import type { ImapTiming } from './imap-timing.ts';
import { VoicemailStore } from './voicemail-store.ts';
import { VoicemailService } from './voicemail.ts';

/** One command of the client. Answers with lines; undefined means the usual answer, null none at all. */
export type Script = (command: string, tag: string, socket: Socket) => string | null | undefined;

export const trust = { extraCa: [loopbackCertificate], useSystemStore: false };
const opened: (() => Promise<void> | void)[] = [];

/** Ends what was served and signed in; to be called after each test. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

/** To be called at the end of the test. */
export function closeLater(close: () => Promise<void> | void): void {
  opened.push(close);
}

/** Half a second of silence, 8 kHz, 8 bit mu-law. */
export const sound = Buffer.concat([
  Buffer.from(
    '524946469c0f000057415645666d742010000000070001' + '00401f0000401f000001000800' + '64617461a00f0000',
    'hex',
  ),
  Buffer.alloc(4_000, 0xff),
]);

const structure = (type: string): string =>
  `(("text" "plain" NIL NIL NIL "7bit" 10 1)("audio" "${type}" ("name" "msg0000.wav") NIL NIL "base64" ${Math.ceil((sound.length * 4) / 3)} NIL ("attachment" ("filename" "msg0000.wav"))) "mixed")`;

export function fetchLine(
  seq: number,
  uid: number,
  headers: string,
  options: { readonly flags?: string; readonly structure?: string } = {},
): string {
  const text = `${headers}\r\n\r\n`;
  return (
    `* ${seq} FETCH (UID ${uid} FLAGS (${options.flags ?? ''}) INTERNALDATE "01-Jun-2026 10:00:0${seq % 10} +0000" ` +
    `ENVELOPE (NIL "Voice message" (("PBX" NIL "pbx" "example.test")) NIL NIL NIL NIL NIL NIL NIL) ` +
    `BODYSTRUCTURE ${options.structure ?? structure('x-wav')} BODY[HEADER.FIELDS (X)] {${text.length}}\r\n${text})`
  );
}

const twoMessages = [
  fetchLine(
    1,
    11,
    'X-Asterisk-VM-Caller-ID-Num: 6101\r\nX-Asterisk-VM-Caller-ID-Name: Bob\r\nX-Asterisk-VM-Duration: 7',
    { flags: '\\Seen' },
  ),
  fetchLine(2, 12, 'X-Asterisk-VM-Caller-ID-Num: 6102'),
].join('\r\n');

export function usual(command: string, tag: string): string {
  const [name = ''] = command.toUpperCase().split(' ');
  const ok = `${tag} OK done`;
  switch (name) {
    case 'CAPABILITY':
      return `* CAPABILITY IMAP4rev1 IDLE\r\n${ok}`;
    case 'SELECT':
      return `* 2 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen)] x\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 13] x\r\n${tag} OK [READ-WRITE] done`;
    case 'LIST':
      return `* LIST (\\HasNoChildren) "/" Voicemail\r\n${ok}`;
    case 'FETCH':
      return `${twoMessages}\r\n${ok}`;
    case 'UID':
      return command.toUpperCase().includes('STORE') ? ok : `${audioAnswer(sound)}\r\n${ok}`;
    case 'IDLE':
      return '+ idling';
    default:
      return ok;
  }
}

/** What a download asks for: structure first, then the part. */
export function audioAnswer(bytes: Buffer, type = 'x-wav'): string {
  const base64 = bytes.toString('base64');
  return (
    `* 2 FETCH (UID 12 BODYSTRUCTURE ${structure(type)} BODY[2.MIME] {74}\r\n` +
    `${'Content-Type: audio/x-wav\r\nContent-Transfer-Encoding: base64\r\n\r\n'.padEnd(74, ' ')} ` +
    `BODY[2]<0> {${base64.length}}\r\n${base64})`
  );
}

function converse(socket: Socket, script: Script): void {
  let rest = '';
  let idleTag = '';
  socket.on('error', () => undefined);
  socket.write('* OK ready\r\n');
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (line.toUpperCase() === 'DONE') {
        socket.write(`${idleTag} OK done\r\n`);
        continue;
      }
      const [, tag = '', command = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (command.toUpperCase() === 'IDLE') idleTag = tag;
      const told = script(command, tag, socket);
      if (told === null) continue;
      socket.write(`${told ?? usual(command, tag)}\r\n`);
    }
  });
}

export async function serve(script: Script, isSecure = true): Promise<ServerAddress> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    converse(socket, script);
  };
  const server: Server = isSecure
    ? createTlsServer({ cert: loopbackCertificate, key: loopbackKey }, accept)
    : createServer(accept);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

export function config(server: ServerAddress, changes: Partial<VoicemailConfig> = {}): VoicemailConfig {
  return { servers: [server], encryption: 'imaps', user: 'alice', mailbox: 'Voicemail', ...changes };
}

export interface Client {
  readonly service: VoicemailService;
  readonly health: ServiceHealth[];
  box(): VoicemailBox;
}

/** Who has which number, as the directory knows it. */
export const known = new Map<string, KnownParty>();

/** `configured`: as the settings are when it connects. */
export async function signIn(
  server: ServerAddress,
  timing: Partial<ImapTiming> = {},
  configured: () => VoicemailConfig = () => config(server),
): Promise<Client> {
  const db = new Database(':memory:');
  migration.up(db);
  voicemailMailbox.up(db);
  const hub = new TopicHub();
  const health: ServiceHealth[] = [];
  const service = new VoicemailService({
    get config() {
      return configured();
    },
    trust,
    store: new VoicemailStore(storeOver(db), 'a'),
    hub,
    clock: systemClock,
    random: () => 0.5,
    log: silentLogger,
    health: { report: (one) => health.push(one) },
    lookup: { byNumber: (number) => known.get(number) },
    region: () => 'GB',
    onChange: () => undefined,
    timing: { commandMs: 2_000, ...timing },
  });
  opened.push(() => service.stop());
  await service.start();
  await service.connect('secret');
  return { service, health, box: () => hub.current('voicemail').snapshot as VoicemailBox };
}

export async function listed(client: Client): Promise<VoicemailBox> {
  await expect.poll(() => client.box().state).toBe('ready');
  return client.box();
}
