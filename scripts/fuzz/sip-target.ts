import { setImmediate } from 'node:timers/promises';
import { mock } from 'node:test';
import { FakePhone } from '../../src-main/softphone/fake-phone.test-support.ts';
import { FakeSipServer } from '../../src-main/softphone/fake-sip-server.test-support.ts';
import { headerValue, isResponse, methodOf, tagOf, topBranch } from '../../src-main/softphone/sip-message.ts';
import type { SipMessage } from '../../src-main/softphone/sip-message.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import type { SeededRandom } from './random.ts';

const user = 'alice';
const sdp =
  'v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n';
/** Longer than every timer of a transaction (RFC 3261: 64 times T1), in steps of one second. */
const settleSteps = 40;
const stepMs = 1_000;

/**
 * The whole softphone, from the wire upward: messages out of nowhere, within a call that runs, and as answers to what
 * the phone has just sent. Seeds may hold `{{callId}}`, `{{localTag}}`, `{{branch}}`, `{{cseq}}`, `{{contact}}` and
 * `{{unique}}`, which are filled in with what the phone used last. Time is virtual.
 */
export class SipTarget implements FuzzTarget {
  readonly kind = 'text';
  #server = new FakeSipServer();
  #phone = new FakePhone(this.#server, user);
  #inDialog: SipMessage | undefined;
  #unique = 0;
  #contactUser = '';

  async start(): Promise<void> {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
    await this.#phone.softphone.start();
    await this.#phone.softphone.connect('secret');
    await this.#pass(2);
    this.#needsLine('at the start');
    const register = this.#sent('REGISTER').at(-1);
    this.#contactUser =
      /sip:([^@]+)@/.exec(register === undefined ? '' : (headerValue(register, 'contact') ?? ''))?.[1] ?? '';
    await this.#call();
  }

  async feed(input: Buffer, random: SeededRandom): Promise<void> {
    this.#server.deliver(user, this.#filled(input.toString('utf8')));
    // Answers, and the microtasks of what they set going.
    await setImmediate();
    const ringing = this.#phone.incoming.at(-1);
    if (ringing === undefined) return;
    const does = random.below(8);
    if (does === 0) await ringing.call.answer().catch(() => undefined);
    if (does === 1) await ringing.call.decline().catch(() => undefined);
    if (does === 2) await ringing.call.hangUp().catch(() => undefined);
  }

  async settle(): Promise<void> {
    for (const { call } of this.#phone.incoming) await call.hangUp().catch(() => undefined);
    await this.#pass(settleSteps);
    this.#needsLine('after the inputs');
    this.#phone.incoming.length = 0;
    this.#server.deliver(user, this.#filled(invite));
    await setImmediate();
    if (this.#phone.incoming.length !== 1) throw new Error('an incoming call does not ring any more');
    await this.#phone.incoming[0]?.call.decline();
    await this.#pass(settleSteps);
    for (const kept of [this.#phone.incoming, this.#phone.events, this.#phone.health, this.#phone.window.asked])
      kept.length = 0;
    this.#phone.media.opened.length = 0;
    await this.#call();
    this.#server.passages.length = 0;
  }

  async stop(): Promise<void> {
    const stopped = this.#phone.softphone.stop();
    await this.#pass(4);
    await stopped;
    mock.timers.reset();
  }

  /** A call of ours that the far end takes: what follows can be within it. */
  async #call(): Promise<void> {
    this.#phone.place('sip:peer@example.com');
    await setImmediate();
    const sent = this.#sent('INVITE').at(-1);
    if (sent === undefined) throw new Error('no INVITE leaves any more');
    const ok = [
      'SIP/2.0 200 OK',
      `Via: ${headerValue(sent, 'via') ?? ''}`,
      `From: ${headerValue(sent, 'from') ?? ''}`,
      `To: ${headerValue(sent, 'to') ?? ''};tag=peer`,
      `Call-ID: ${headerValue(sent, 'call-id') ?? ''}`,
      `CSeq: ${headerValue(sent, 'cseq') ?? ''}`,
      'Contact: <sip:peer@198.51.100.1>',
      'Allow: INVITE, ACK, BYE, UPDATE',
      'Content-Type: application/sdp',
      `Content-Length: ${sdp.length}`,
    ];
    this.#server.deliver(user, `${ok.join('\r\n')}\r\n\r\n${sdp}`);
    await this.#pass(1);
    if (!this.#phone.told.includes('established')) throw new Error('a call cannot be established any more');
    this.#inDialog = sent;
  }

  #needsLine(when: string): void {
    const { state } = this.#phone.softphone.line();
    if (state !== 'registered') throw new Error(`the line is ${state} ${when}`);
  }

  #sent(method: string): readonly SipMessage[] {
    return this.#server.passages
      .filter(({ from, message }) => from === user && !isResponse(message) && methodOf(message) === method)
      .map(({ message }) => message);
  }

  #filled(text: string): string {
    this.#unique += 1;
    const call = this.#inDialog;
    const last =
      this.#server.passages.findLast(({ from, message }) => from === user && !isResponse(message))?.message ?? call;
    const values: Readonly<Record<string, string>> = {
      unique: String(this.#unique),
      contact: this.#contactUser,
      callId: call === undefined ? '' : (headerValue(call, 'call-id') ?? ''),
      localTag: call === undefined ? '' : tagOf(call, 'from'),
      branch: last === undefined ? '' : topBranch(last),
      lastCallId: last === undefined ? '' : (headerValue(last, 'call-id') ?? ''),
      lastTag: last === undefined ? '' : tagOf(last, 'from'),
      lastCseq: last === undefined ? '' : (headerValue(last, 'cseq') ?? ''),
    };
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  }

  /** Virtual time goes on, and what waits for it gets its turn. */
  async #pass(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      mock.timers.tick(stepMs);
      await setImmediate();
    }
  }
}

const invite = [
  'INVITE sip:{{contact}}@192.0.2.7 SIP/2.0',
  'Via: SIP/2.0/TCP 198.51.100.1;branch=z9hG4bKgood{{unique}}',
  'Max-Forwards: 70',
  'From: <sip:carol@example.com>;tag=good',
  'To: <sip:alice@example.com>',
  'Call-ID: good{{unique}}',
  'CSeq: 1 INVITE',
  'Contact: <sip:carol@198.51.100.1>',
  'Content-Type: application/sdp',
  `Content-Length: ${sdp.length}`,
  '',
  sdp,
].join('\r\n');
