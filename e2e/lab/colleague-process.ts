/**
 * The colleagues: XMPP sessions of the stock @xmpp/client, an implementation that shares nothing with
 * Parley's own stream core. Runs as a process of its own, told what to do on standard input.
 */
import { client, xml } from '@xmpp/client';
import type { Client, Element } from '@xmpp/client';
import { createInterface } from 'node:readline';
import { SETTINGS_VARIABLE } from './colleague-protocol.ts';
import type { ColleagueEvent, ColleagueOrder, ColleaguePresence, ColleagueSettings } from './colleague-protocol.ts';

const RECEIPTS = 'urn:xmpp:receipts';
const CHAT_STATES = 'http://jabber.org/protocol/chatstates';

/** How presence drifts in an interactive lab. */
const MOODS: readonly Pick<ColleaguePresence, 'show' | 'status'>[] = [
  { show: 'available', status: '' },
  { show: 'available', status: 'Working from home' },
  { show: 'away', status: 'Coffee' },
  { show: 'dnd', status: 'In a meeting' },
  { show: 'available', status: 'Back at my desk' },
  { show: 'xa', status: 'Out for lunch' },
];

const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as ColleagueSettings;
const sessions = new Map<string, { readonly xmpp: Client; presence: ColleaguePresence }>();
let isAnswering = true;

function tell(event: ColleagueEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function bare(address: string): string {
  return address.split('/')[0] ?? address;
}

function presenceStanza(presence: ColleaguePresence): Element {
  const children: Element[] = [];
  if (presence.show !== 'available') children.push(xml('show', {}, presence.show));
  if (presence.status !== '') children.push(xml('status', {}, presence.status));
  return xml('presence', {}, ...children);
}

function answerTo(user: string, text: string): string {
  const me = `${user.slice(0, 1).toUpperCase()}${user.slice(1)}`;
  if (text.trim().endsWith('?')) return `Good question. You asked: "${text}" I will find out. ${me}`;
  return `Thanks, got it: "${text}" ${me}`;
}

let lastId = 0;
function nextId(user: string): string {
  lastId += 1;
  return `${user}-${String(process.pid)}-${String(lastId)}`;
}

/** A send that fails meets a dead connection: the stock client reconnects by itself, the peer sees a loss. */
function send(xmpp: Client, stanza: Element): void {
  xmpp.send(stanza).catch((error: unknown) => {
    process.stderr.write(`send: ${String(error)}\n`);
  });
}

function sendChat(xmpp: Client, user: string, to: string, text: string): void {
  send(
    xmpp,
    xml(
      'message',
      { type: 'chat', to, id: nextId(user) },
      xml('body', {}, text),
      xml('active', { xmlns: CHAT_STATES }),
      xml('request', { xmlns: RECEIPTS }),
    ),
  );
}

function onMessage(xmpp: Client, user: string, stanza: Element): void {
  const from = stanza.attrs['from'] ?? '';
  const receipt = stanza.getChild('received', RECEIPTS);
  if (receipt !== undefined) tell({ event: 'receipt', user, from: bare(from), id: receipt.attrs['id'] ?? '' });
  const text = stanza.getChildText('body');
  const state = stanza.getChildElements().find((child) => child.getNS() === CHAT_STATES);
  if (state !== undefined) tell({ event: 'chatState', user, from: bare(from), state: state.getName() });
  if (text === null || text === '' || stanza.attrs['type'] === 'error') return;
  const id = stanza.attrs['id'] ?? '';
  tell({ event: 'message', user, from: bare(from), text, id });
  // XEP-0184 section 5.2: a receipt goes to where the message came from, with its id
  if (stanza.getChild('request', RECEIPTS) !== undefined) {
    send(xmpp, xml('message', { to: from, type: 'chat', id: nextId(user) }, xml('received', { xmlns: RECEIPTS, id })));
  }
  if (!isAnswering || stanza.attrs['type'] !== 'chat') return;
  const sender = bare(from).split('@')[0] ?? '';
  if (sessions.has(sender)) return; // two colleagues would answer each other for ever
  if (settings.answerDelayMs === 0) {
    sendChat(xmpp, user, from, answerTo(user, text));
    return;
  }
  send(xmpp, xml('message', { to: from, type: 'chat' }, xml('composing', { xmlns: CHAT_STATES })));
  setTimeout(() => {
    sendChat(xmpp, user, from, answerTo(user, text));
  }, settings.answerDelayMs);
}

function onPresence(xmpp: Client, user: string, stanza: Element): void {
  const { type } = stanza.attrs;
  if (type === undefined || type === 'unavailable') {
    const shown = type === undefined ? (stanza.getChildText('show') ?? 'available') : 'offline';
    tell({ event: 'presence', user, from: bare(stanza.attrs['from'] ?? ''), shown });
    return;
  }
  if (type !== 'subscribe' && type !== 'subscribed' && type !== 'unsubscribe' && type !== 'unsubscribed') return;
  const from = bare(stanza.attrs['from'] ?? '');
  tell({ event: 'subscription', user, from, type });
  // RFC 6121 section 3.1.4: approve, and ask for the other direction too
  if (type === 'subscribe') {
    send(xmpp, xml('presence', { to: from, type: 'subscribed' }));
    send(xmpp, xml('presence', { to: from, type: 'subscribe' }));
  }
}

function goOnline(presence: ColleaguePresence, password: string): void {
  const { user } = presence;
  if (sessions.has(user)) return;
  const xmpp = client({
    service: `xmpp://127.0.0.1:${String(settings.port)}`,
    domain: settings.domain,
    resource: 'desk',
    username: user,
    // PLAIN, inside TLS: the stock SCRAM takes a second of a core for each sign-in
    credentials: (authenticate) => authenticate({ username: user, password }, 'PLAIN'),
  });
  const session = { xmpp, presence };
  sessions.set(user, session);
  xmpp.on('online', () => {
    // who never asks for the roster is not told of subscriptions (RFC 6121 section 2.2, "interested resource")
    send(xmpp, xml('iq', { type: 'get', id: 'roster' }, xml('query', { xmlns: 'jabber:iq:roster' })));
    send(xmpp, presenceStanza(session.presence));
  });
  xmpp.on('offline', () => {
    tell({ event: 'offline', user });
  });
  xmpp.on('error', (error) => {
    process.stderr.write(`${user}: ${String(error)}\n`);
  });
  xmpp.on('stanza', (stanza) => {
    // Only now what concerns subscriptions reaches us for sure.
    if (stanza.name === 'iq' && stanza.attrs['id'] === 'roster') tell({ event: 'online', user });
    if (stanza.name === 'message') onMessage(xmpp, user, stanza);
    if (stanza.name === 'presence') onPresence(xmpp, user, stanza);
  });
  xmpp.start().catch((error: unknown) => {
    process.stderr.write(`${user}: ${String(error)}\n`);
  });
}

function setPresence(presence: ColleaguePresence): void {
  const session = sessions.get(presence.user);
  if (session === undefined) return;
  session.presence = presence;
  send(session.xmpp, presenceStanza(presence));
}

function obey(order: ColleagueOrder): void {
  switch (order.order) {
    case 'online':
      goOnline(order.presence, order.password);
      return;
    case 'presence':
      setPresence(order.presence);
      return;
    case 'offline': {
      const session = sessions.get(order.user);
      sessions.delete(order.user);
      session?.xmpp.stop().catch(() => undefined); // not connected is offline too
      return;
    }
    case 'say': {
      const session = sessions.get(order.user);
      if (session !== undefined) sendChat(session.xmpp, order.user, order.to, order.text);
      return;
    }
    case 'subscription': {
      const session = sessions.get(order.user);
      if (session !== undefined) send(session.xmpp, xml('presence', { to: order.to, type: order.type }));
      return;
    }
    case 'answering':
      isAnswering = order.isOn;
      return;
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    obey(JSON.parse(line) as ColleagueOrder);
  })
  .on('close', () => {
    process.exit(0);
  });

if (settings.driftIntervalMs > 0) {
  let turn = 0;
  setInterval(() => {
    const users = [...sessions.keys()];
    const user = users[turn % users.length];
    const mood = MOODS[(turn * 5 + Math.floor(turn / users.length)) % MOODS.length];
    turn += 1;
    if (user !== undefined && mood !== undefined) setPresence({ user, ...mood });
  }, settings.driftIntervalMs);
}
