import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DeviceCall, DeviceCallEvent } from '../../src-main/calls/call-device.ts';
import { DOMAIN, account } from './accounts.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { LonePhone } from './lone-phone.test-support.ts';
import { until } from './wait.ts';

/**
 * What stands beside SIP.js against another make of phone, through kamailio. linphone's own log is read for what it
 * understood.
 */
let lab: Lab;
let phone: LonePhone;

beforeAll(async () => {
  lab = await startLab({ servers: ['kamailio', 'bob'] });
  phone = new LonePhone('tcp', lab.kamailio.ports.tcp, { aor: `sip:alice@${DOMAIN}` });
  await phone.connect(account('alice').password);
}, 60_000);

afterAll(async () => {
  await phone.softphone.stop();
  await lab.stop();
}, 30_000);

afterEach(() => {
  phone.forget();
});

const has = (type: DeviceCallEvent['type']) => (): boolean => phone.told(type).length > 0;

/** Whole messages in linphone's log that begin like this. */
function messages(start: string): readonly string[] {
  return readFileSync(lab.frank.trace, 'utf8')
    .split(/\r?\n\r?\n/)
    .flatMap((block) => {
      const at = block.indexOf(start);
      return at < 0 ? [] : [block.slice(at)];
    });
}

const callFrank = (): DeviceCall => phone.place(`sip:frank@${DOMAIN}`);

test('a session timer that linphone shortens is kept by UPDATE', { timeout: 60_000 }, async () => {
  await lab.frank.use({ sessionTimerS: 20, refresher: 'caller' });
  const call = callFrank();
  await until('the call to be established', has('established'), 10_000, 10);
  await until('linphone to take an UPDATE', () => messages('UPDATE sip:').length > 0, 25_000, 50);
  expect(messages('UPDATE sip:')[0]).toMatch(/Session-Expires: ?\d+;refresher=uac/i);
  expect(has('end')()).toBe(false);
  await call.hangUp();
  await lab.frank.waitFor(/Call \d+ with .* ended/);
});

test('a session timer of linphone that is too short is made longer (422)', { timeout: 60_000 }, async () => {
  await lab.frank.use({ sessionTimerS: 30, refresher: 'caller' });
  const from = lab.frank.lines.length;
  lab.frank.dial(account('alice').number);
  const call = await until('the call to ring', () => phone.incoming.at(-1), 15_000, 10);
  await call.call.answer();
  await until('the call to be established', has('established'), 10_000, 10);
  expect(messages('SIP/2.0 422').length).toBeGreaterThan(0);
  await call.call.hangUp();
  await lab.frank.waitFor(/Call \d+ with .* ended/, { from });
});

test(
  'a reliable 183 of linphone is acknowledged, and its sound is heard before the answer',
  { timeout: 60_000 },
  async () => {
    await lab.frank.use({ reliable: 'required', hasEarlyMedia: true, answerMode: 'manual' });
    const call = callFrank();
    await until('the answer of the 183', () => (phone.media.opened[0]?.answers.length ?? 0) > 0, 10_000, 10);
    expect(has('established')()).toBe(false);
    await until('linphone to take a PRACK', () => messages('PRACK sip:').length > 0, 5_000, 20);
    lab.frank.answer();
    await until('the call to be established', has('established'), 10_000, 10);
    await call.hangUp();
  },
);

/** frank calls, and the call that rings here is answered; its end is waited for. */
async function answerFrank(): Promise<DeviceCall> {
  lab.frank.dial(account('alice').number);
  const { call } = await until('the call to ring', () => phone.incoming.at(-1), 15_000, 10);
  await call.answer();
  await until('the call to be established', has('established'), 10_000, 10);
  return call;
}

test(
  'a linphone that calls without an offer answers ours; its digits by INFO are taken',
  { timeout: 60_000 },
  async () => {
    await lab.frank.use({ hasLateOffer: true, digitsBy: 'info' });
    const call = await answerFrank();
    expect(messages('INVITE sip:').at(0)).not.toContain('m=audio');
    await until('the answer in the ACK', () => phone.media.opened[0]?.answers.length === 1, 10_000, 10);
    lab.frank.sendDtmf('5');
    const isTaken = (): boolean => messages('SIP/2.0 200').some((message) => /^CSeq: ?\d+ INFO/im.test(message));
    await until('the INFO to be taken', isTaken, 10_000, 20);
    await call.hangUp();
    await lab.frank.waitFor(/Call \d+ with .* ended/);
  },
);

test('a linphone that sends a call on (302) is left for whom it names', { timeout: 60_000 }, async () => {
  await lab.frank.use({ answerMode: 'manual' });
  const from = lab.frank.lines.length;
  const call = callFrank();
  await lab.frank.waitFor(/Receiving new incoming call/, { from });
  const ringing = lab.bob.events.length;
  lab.frank.type(`redirect all sip:bob@${DOMAIN}`);
  await lab.bob.waitFor('CALL_ESTABLISHED', { from: ringing });
  await until('the call to be established', has('established'), 10_000, 10);
  await call.hangUp();
});
