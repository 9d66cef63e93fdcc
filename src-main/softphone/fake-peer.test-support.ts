import { expect } from 'vitest';
import type { DeviceCall } from '../calls/call-device.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { fakeSdp } from './fake-window.test-support.ts';
import { headerKey, headerValue, isResponse, methodOf, sequenceOf, statusCode, tagOf } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

type Headers = Readonly<Record<string, string>>;

let nextBranch = 1;

/** SIP text with a length that fits. A header of value '' is left out. */
export function sipText(startLine: string, headers: Headers, body = ''): string {
  const all: Headers = {
    ...headers,
    ...(body === '' || headers['Content-Type'] !== undefined ? {} : { 'Content-Type': 'application/sdp' }),
    'Content-Length': headers['Content-Length'] ?? String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(all).filter(([, value]) => value !== '');
  return `${startLine}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/**
 * A far end that is written message by message, for what no program of the lab does. It talks to one phone, through
 * the fake server, in one dialog at a time; `tag` may be changed to answer as another branch of a fork.
 */
export class FakePeer {
  readonly server: FakeSipServer;
  readonly #phone: string;
  tag = 'peer';
  callId = 'call-of-peer@198.51.100.1';
  sequence = 100;
  /** Where the phone is, and its tag; known once it said so. */
  #target = '';
  #phoneTag = '';

  constructor(server: FakeSipServer, phone: string) {
    this.server = server;
    this.#phone = phone;
  }

  /** All that the phone sent, in order. */
  get heard(): readonly SipMessage[] {
    return this.server.passages.filter(({ from }) => from === this.#phone).map(({ message }) => message);
  }

  /** Requests of this method that the phone sent. */
  requests(method: string): readonly SipMessage[] {
    return this.heard.filter((message) => !isResponse(message) && methodOf(message) === method);
  }

  /** Answers of the phone to requests of this method. */
  answers(method: string): readonly SipMessage[] {
    return this.heard.filter((message) => isResponse(message) && methodOf(message) === method);
  }

  /** The nth request of this method from the phone, as soon as it is there. */
  async request(method: string, count = 1, withinMs?: number): Promise<SipMessage> {
    await eventually(() => {
      expect(this.requests(method).length).toBeGreaterThanOrEqual(count);
    }, withinMs);
    const request = this.requests(method)[count - 1];
    if (request === undefined) throw new Error(method);
    this.#note(request, 'from');
    return request;
  }

  /** The phone's final answer to the last request of this method that was sent by `ask`. */
  async answer(method: string, sequence = this.sequence): Promise<SipMessage> {
    const isIt = (message: SipMessage): boolean => statusCode(message) >= 200 && sequenceOf(message) === sequence;
    await eventually(() => {
      expect(this.answers(method).some(isIt)).toBe(true);
    });
    const answer = this.answers(method).find(isIt);
    if (answer === undefined) throw new Error(method);
    this.#note(answer, 'to');
    return answer;
  }

  /** Takes tag and address of the phone from an answer of its. */
  hear(answer: SipMessage): void {
    this.#note(answer, 'to');
  }

  /** Answers a request of the phone. */
  reply(request: SipMessage, status: number, headers: Headers = {}, body = ''): void {
    const copied: Record<string, string> = {};
    for (const header of request.headers) {
      const key = headerKey(header.name);
      if (['via', 'from', 'call-id', 'cseq'].includes(key)) copied[header.name] = header.value;
      if (key === 'to') {
        copied['To'] = tagOf(request, 'to') === '' ? `${header.value};tag=${this.tag}` : header.value;
      }
    }
    this.#note(request, 'from');
    this.callId = headerValue(request, 'call-id') ?? this.callId;
    const contact = status > 100 && status < 300 ? { Contact: `<sip:${this.tag}@198.51.100.1>` } : {};
    this.deliver(sipText(`SIP/2.0 ${status} Answer`, { ...copied, ...contact, ...headers }, body));
  }

  /** Sends a request: in the dialog once there is one. Gives what was sent. */
  ask(method: string, headers: Headers = {}, body = '', uri = this.#target): string {
    if (method !== 'ACK' && method !== 'CANCEL') this.sequence += 1;
    const text = sipText(
      `${method} ${uri} SIP/2.0`,
      {
        Via: `SIP/2.0/TCP 198.51.100.1;branch=z9hG4bKpeer${nextBranch++}`,
        'Max-Forwards': '70',
        From: `"Peer" <sip:peer@example.com>;tag=${this.tag}`,
        To: `<sip:${this.#phone}@example.com>${this.#phoneTag === '' ? '' : `;tag=${this.#phoneTag}`}`,
        'Call-ID': this.callId,
        CSeq: `${this.sequence} ${method}`,
        Contact: '<sip:peer@198.51.100.1>',
        ...headers,
      },
      body,
    );
    this.deliver(text);
    return text;
  }

  /** Calls the phone. */
  invite(headers: Headers = {}, body = fakeSdp): string {
    return this.ask('INVITE', headers, body, `sip:${this.#phone}@example.com`);
  }

  deliver(text: string): void {
    this.server.deliver(this.#phone, text);
  }

  #note(message: SipMessage, side: 'from' | 'to'): void {
    const tag = tagOf(message, side);
    if (tag !== '') this.#phoneTag = tag;
    const contact = /<([^>]+)>/.exec(headerValue(message, 'contact') ?? '')?.[1];
    if (contact !== undefined) this.#target = contact;
  }
}

/** A registered phone and a written far end. For tests under fake timers. */
export async function phoneAndPeer(protocol: 'UDP' | 'TCP' = 'TCP'): Promise<{ phone: FakePhone; peer: FakePeer }> {
  const server = new FakeSipServer(protocol);
  const phone = new FakePhone(server, 'alice');
  await phone.softphone.start();
  await phone.softphone.connect('secret');
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  });
  return { phone, peer: new FakePeer(server, 'alice') };
}

/** The phone called and the peer answered, with these headers in its 200. */
export async function calledPeer(
  headers: Headers = {},
): Promise<{ phone: FakePhone; peer: FakePeer; call: DeviceCall; invite: SipMessage }> {
  const { phone, peer } = await phoneAndPeer();
  const call = phone.place('sip:peer@example.com');
  const invite = await peer.request('INVITE');
  peer.reply(invite, 200, headers, fakeSdp);
  await eventually(() => {
    expect(phone.told).toContain('established');
  });
  return { phone, peer, call, invite };
}

/** The peer called with these headers and the phone answered. */
export async function calledByPeer(
  headers: Headers = {},
): Promise<{ phone: FakePhone; peer: FakePeer; ok: SipMessage }> {
  const { phone, peer } = await phoneAndPeer();
  peer.invite(headers);
  await eventually(() => {
    expect(phone.incoming).toHaveLength(1);
  });
  await phone.incoming[0]?.call.answer();
  const ok = await peer.answer('INVITE');
  peer.ask('ACK');
  await eventually(() => {
    expect(phone.told).toContain('established');
  });
  return { phone, peer, ok };
}
