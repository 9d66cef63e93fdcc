import { describe, expect, test } from 'vitest';
import { readVoiceFacts } from './voice-envelope.ts';
import type { MailFacts, VoiceFacts } from './voice-envelope.ts';

const nowMs = Date.UTC(2026, 5, 1);
const mailMs = Date.UTC(2026, 4, 31);

function read(
  subject: string,
  headers: Readonly<Record<string, string>> = {},
  changes: Partial<MailFacts> = {},
): VoiceFacts {
  const mail: MailFacts = {
    headers: new Map(Object.entries(headers)),
    subject,
    fromName: 'Exchange',
    fromAddress: 'pbx@example.test',
    receivedAtMs: mailMs,
    ...changes,
  };
  return readVoiceFacts(mail, nowMs);
}

describe('who left a voice message', () => {
  test('Asterisk says it in its headers', () => {
    const facts = read('[PBX]: New message 3 in mailbox 6100', {
      'x-asterisk-vm-caller-id-num': '+442079460101',
      'x-asterisk-vm-caller-id-name': 'Bob Okafor',
      'x-asterisk-vm-duration': '17',
      'x-asterisk-vm-orig-time': String(mailMs / 1_000 - 60),
      'x-asterisk-vm-flag': 'Urgent',
    });
    expect(facts).toEqual({
      name: 'Bob Okafor',
      number: '+442079460101',
      receivedAtMs: mailMs - 60_000,
      durationS: 17,
      urgent: true,
    });
  });

  test.each([
    ['Message from Bob Okafor (6101)', { name: 'Bob Okafor', number: '6101' }],
    ['Message from 6101', { number: '6101' }],
    ['Message from +44 20 7946 0101', { number: '+44 20 7946 0101' }],
    ['Voicemail from "Bob Okafor" <6101> (0:42)', { name: 'Bob Okafor', number: '6101', durationS: 42 }],
    ['Voicemail from "Bob" <+442079460101> 00:12', { name: 'Bob', number: '+442079460101', durationS: 12 }],
    ['New message 1 in mailbox 200 from "Bob" <6101>', { name: 'Bob', number: '6101' }],
    ['Voice message from Bob Okafor', { name: 'Bob Okafor', number: '' }],
    ['Voicemail message from 5551234, duration: 1:02:03', { number: '5551234', durationS: 3723 }],
    ['Sprachnachricht von Frank Schäfer (6105)', { name: 'Frank Schäfer', number: '6105' }],
    ['Message from Unknown', { number: '' }],
    ['Message from anonymous <Private>', { number: '' }],
    ['New voicemail', { number: '' }],
    ['', { number: '' }],
  ])('%s', (subject, expected) => {
    const facts = read(subject);
    expect(facts).toMatchObject(expected);
    if (!('name' in expected)) expect(facts).not.toHaveProperty('name');
  });

  test('a sender that is a number is the caller', () => {
    expect(read('Voice message', {}, { fromName: 'Bob', fromAddress: '6101@pbx.test' })).toMatchObject({
      name: 'Bob',
      number: '6101',
    });
  });

  test('a name that is a number or says that nobody knows is none', () => {
    for (const name of ['+44 20 7946 0101', 'Unknown', 'unavailable', 'ANONYMOUS', '  ']) {
      expect(
        read('x', { 'x-asterisk-vm-caller-id-name': name, 'x-asterisk-vm-caller-id-num': '6101' }),
      ).not.toHaveProperty('name');
    }
  });

  test('lies about time and length are not believed', () => {
    expect(read('x', { 'x-asterisk-vm-orig-time': '99999999999' }).receivedAtMs).toBe(mailMs);
    expect(read('x', { 'x-asterisk-vm-orig-time': '-5' }).receivedAtMs).toBe(mailMs);
    expect(read('x', { 'x-asterisk-vm-orig-time': '0' }, { receivedAtMs: undefined }).receivedAtMs).toBe(nowMs);
    expect(read('x', { 'x-asterisk-vm-duration': '999999' }).durationS).toBe(0);
    expect(read('x', { 'x-asterisk-vm-duration': '-3' }).durationS).toBe(0);
    expect(read('x', { 'x-asterisk-vm-duration': '1e9' }).durationS).toBe(0);
  });

  test('text is cleaned and cut', () => {
    const facts = read('x', {
      'x-asterisk-vm-caller-id-name': `"Bob\r\n\0Evil${'!'.repeat(500)}"`,
      'x-asterisk-vm-caller-id-num': '1',
    });
    expect(facts.name?.startsWith('Bob Evil!')).toBe(true);
    expect(facts.name?.length).toBeLessThanOrEqual(120);
  });

  test('a subject made to be slow is read at once', () => {
    expect(read(`Message from ${'"<('.repeat(20_000)}`).number).toBe('');
    expect(read(`Message from ${'1 '.repeat(20_000)}`).number.length).toBeLessThanOrEqual(120);
  });

  test('urgency as mail programs write it', () => {
    expect(read('x', { importance: 'High' }).urgent).toBe(true);
    expect(read('x', { 'x-priority': '1 (Highest)' }).urgent).toBe(true);
    expect(read('x', { 'x-priority': '3' }).urgent).toBe(false);
    expect(read('x', { 'x-asterisk-vm-flag': '' }).urgent).toBe(false);
  });
});
