import { describe, expect, test } from 'vitest';
import type { CallBack } from '../src-shared/contract/calls.ts';
import type { Call } from '../src-shared/model/call.ts';
import type { ChatMessage } from '../src-shared/model/message.ts';
import type { VoiceMessage } from '../src-shared/model/voicemail.ts';
import { TestClock } from '../src-shared/test-clock.ts';
import { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import { settingOf } from './config/settings-schema.ts';
import type { SettingKey, SettingTypes } from './config/settings-schema.ts';
import type { HostNotification, HostStatus } from './host.ts';
import { OutsideWindow } from './outside-window.ts';

const message: ChatMessage = {
  id: 'm1',
  peer: 'bob@example.com',
  direction: 'in',
  body: 'Lunch?',
  sentAtMs: 1_000,
  state: 'received',
};

function setUp(shellNotifies = true) {
  const chosen: Partial<Record<SettingKey, boolean>> = {};
  const notifications: HostNotification[] = [];
  const statuses: HostStatus[] = [];
  const emitted: (readonly [string, unknown])[] = [];
  let shown = 0;
  const hub = new TopicHub();
  const clock = new TestClock();
  const outside = new OutsideWindow({
    hub,
    clock,
    host: {
      notify: (notification) => {
        notifications.push(notification);
        return shellNotifies;
      },
      showStatus: (status) => {
        statuses.push(status);
      },
      showWindow: () => {
        shown += 1;
      },
    },
    settings: {
      get: <Key extends SettingKey>(key: Key) => (chosen[key] ?? settingOf(key).defaultValue) as SettingTypes[Key],
    },
    emit: (name, payload) => {
      emitted.push([name, payload]);
    },
  });
  return { outside, hub, clock, chosen, notifications, statuses, emitted, shown: () => shown };
}

test('a message is told with its text; its click brings the window to the chat', () => {
  const { outside, clock, notifications, emitted, shown } = setUp();
  outside.message(message, 'Bob');
  clock.advance(500);
  expect(notifications).toMatchObject([{ title: 'Bob', body: 'Lunch?', tag: 'chat:bob@example.com' }]);
  notifications[0]?.onClick();
  expect(shown()).toBe(1);
  expect(emitted).toEqual([['window.open', {}]]);
  expect(outside.takeTarget()).toBe('chats/bob@example.com');
  expect(outside.takeTarget()).toBeNull();
});

test('without previews the text stays private, and what is switched off is not told', () => {
  const { outside, clock, chosen, notifications } = setUp();
  chosen['notifications.preview'] = false;
  outside.message(message, 'Bob');
  clock.advance(500);
  expect(notifications.map(({ body }) => body)).toEqual(['']);
  chosen['notifications.messages'] = false;
  chosen['notifications.missedCalls'] = false;
  outside.message(message, 'Bob');
  outside.missedCall('Bob');
  clock.advance(500);
  expect(notifications).toHaveLength(1);
});

test('a message that a window shows, and so marks as read at once, is not told; one that nobody reads is, once', () => {
  const { outside, hub, clock, notifications } = setUp();
  outside.start();
  const conversation = { peer: message.peer, name: 'Bob', lastBody: 'Lunch?', lastAtMs: 1_000 } as const;
  const unread = (count: number): void => {
    hub.publish('conversations', {
      conversations: [{ ...conversation, lastDirection: 'in', lastState: 'received', unread: count }],
      unread: count,
    });
  };
  outside.message(message, 'Bob');
  unread(1);
  clock.advance(200);
  unread(0);
  clock.advance(300);
  expect(notifications).toEqual([]);

  outside.message(message, 'Bob');
  outside.message({ ...message, id: 'm2', body: 'At one?' }, 'Bob');
  unread(2);
  clock.advance(500);
  expect(notifications.map(({ body }) => body)).toEqual(['At one?']);
});

test('who does not want to be disturbed is told nothing but what became of their own call', () => {
  const { outside, hub, clock, notifications } = setUp();
  outside.start();
  hub.publish('ownPresence', { chosen: 'dnd', shown: 'dnd', text: '' });
  outside.message(message, 'Bob');
  clock.advance(500);
  outside.missedCall('Bob');
  expect(notifications).toEqual([]);
  outside.callsCutBySleep(['Carol']);
  expect(notifications.map(({ title }) => title)).toEqual(['Carol']);
  hub.publish('ownPresence', { chosen: 'busy', shown: 'busy', text: '' });
  outside.missedCall('Bob');
  expect(notifications).toHaveLength(2);
});

describe('who waits for somebody', () => {
  const callList = (...callBacks: readonly CallBack[]) =>
    ({
      calls: [],
      line: { state: 'registered', message: '' },
      callBacks,
      forward: {},
      doNotDisturb: false,
      serverRules: [],
    }) as const;
  const bob = { target: '6102', name: 'Bob' } as const;

  test('is told when the other is free, each time anew, and the click calls', () => {
    const { outside, hub, notifications } = setUp();
    outside.start();
    hub.publish('calls', callList({ ...bob, state: 'waiting' }));
    expect(notifications).toEqual([]);
    hub.publish('calls', callList({ ...bob, state: 'free' }));
    hub.publish('calls', callList({ ...bob, state: 'free' }));
    expect(notifications).toMatchObject([{ title: 'Bob is free now', body: 'Click to call.', tag: 'call-back:6102' }]);
    notifications[0]?.onClick();
    expect(outside.takeTarget()).toBe('call-back/6102');
    hub.publish('calls', callList({ ...bob, state: 'waiting' }));
    hub.publish('calls', callList({ ...bob, state: 'free' }));
    expect(notifications).toHaveLength(2);
  });

  test('is not told what was so when they asked, nor while not to be disturbed, but afterwards', () => {
    const { outside, hub, notifications } = setUp();
    outside.start();
    hub.publish('calls', callList({ ...bob, state: 'free' }));
    expect(notifications).toEqual([]);
    hub.publish('ownPresence', { chosen: 'dnd', shown: 'dnd', text: '' });
    hub.publish('calls', callList({ ...bob, state: 'waiting' }));
    hub.publish('calls', callList({ ...bob, state: 'free' }));
    expect(notifications).toEqual([]);
    hub.publish('ownPresence', { chosen: 'available', shown: 'available', text: '' });
    expect(notifications.map(({ title }) => title)).toEqual(['Bob is free now']);
  });
});

describe('new voice messages', () => {
  const voice = (id: string, receivedAtMs: number, name: string): VoiceMessage => {
    return { id, receivedAtMs, name, number: id, durationS: 5, heard: false, urgent: false };
  };
  const box = (...messages: readonly VoiceMessage[]) => ({ state: 'ready', messages, unread: 0 }) as const;

  test('are told when they come, unless that is switched off or nothing is to disturb', () => {
    const { outside, hub, chosen, notifications } = setUp();
    outside.start();
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((id, at) => voice(id, at, id.toUpperCase()));
    if (!a || !b || !c || !d || !e) throw new Error('five messages');
    hub.publish('voicemail', box(a));
    expect(notifications).toEqual([]);
    hub.publish('voicemail', box(b, a));
    hub.publish('voicemail', box(b, a));
    expect(notifications).toMatchObject([{ title: 'New voice message', body: 'From B', tag: 'voicemail' }]);
    notifications[0]?.onClick();
    expect(outside.takeTarget()).toBe('voicemail');
    chosen['notifications.voicemail'] = false;
    hub.publish('voicemail', box(c, b, a));
    chosen['notifications.voicemail'] = true;
    hub.publish('ownPresence', { chosen: 'dnd', shown: 'dnd', text: '' });
    hub.publish('voicemail', box(d, c, b, a));
    expect(notifications).toHaveLength(1);
    hub.publish('ownPresence', { chosen: 'away', shown: 'away', text: '' });
    hub.publish('voicemail', box(voice('f', 9, 'F'), e, d, c, b, a));
    expect(notifications[1]).toMatchObject({ title: '2 new voice messages', body: 'From E, F' });
  });

  test('are told by their number where only the phone server knows of them', () => {
    const { outside, hub, notifications } = setUp();
    outside.start();
    const waiting = (newCount: number): void => {
      hub.publish('lineStates', { lines: [], messages: { waiting: newCount > 0, newCount } });
    };
    waiting(1);
    waiting(1);
    expect(notifications).toEqual([]);
    waiting(2);
    expect(notifications).toMatchObject([{ title: 'New voice message', body: '' }]);
    waiting(0);
    hub.publish('voicemail', box());
    waiting(1);
    expect(notifications).toHaveLength(1);
  });
});

test('who asks to see our presence is told with their address, and the click leads to the request', () => {
  const { outside, hub, chosen, notifications } = setUp();
  outside.start();
  outside.contactRequest({ jid: 'mallory@example.com', name: 'Mallory' });
  outside.contactRequest({ jid: 'oscar@example.com' });
  expect(notifications).toMatchObject([
    { title: 'Mallory', body: 'mallory@example.com wants to see your presence.', tag: 'contact-request' },
    { title: 'oscar@example.com', body: 'Wants to see your presence.', tag: 'contact-request' },
  ]);
  notifications[0]?.onClick();
  expect(outside.takeTarget()).toBe('contact-request/mallory%40example.com');
  chosen['notifications.requests'] = false;
  outside.contactRequest({ jid: 'oscar@example.com' });
  chosen['notifications.requests'] = true;
  hub.publish('ownPresence', { chosen: 'dnd', shown: 'dnd', text: '' });
  outside.contactRequest({ jid: 'oscar@example.com' });
  expect(notifications).toHaveLength(2);
});

test('a shell without notifications leaves them to the window', () => {
  const { outside, emitted } = setUp(false);
  outside.missedCall('Bob');
  expect(emitted).toEqual([['notify.show', { title: 'Bob', body: '', tag: 'missed-call', target: 'calls' }]]);
});

test('the status beside the clock follows presence, missed calls and unread messages', () => {
  const { outside, hub, statuses } = setUp();
  outside.start();
  hub.publish('ownPresence', { chosen: 'available', shown: 'dnd', text: '' });
  hub.publish('history', { chats: [], voiceMessages: [], calls: [], missedUnseen: 2 });
  hub.publish('conversations', { conversations: [], unread: 3 });
  expect(statuses[0]).toEqual({ presence: 'offline', missedCalls: 0, unreadMessages: 0, inCall: false });
  expect(statuses.at(-1)).toEqual({ presence: 'dnd', missedCalls: 2, unreadMessages: 3, inCall: false });
});

test('the shell knows while a call runs, which would end with the program; ringing is none yet', () => {
  const { outside, hub, statuses } = setUp();
  outside.start();
  const calls = (...list: readonly Pick<Call, 'state' | 'direction'>[]): void => {
    hub.publish('calls', {
      calls: list as readonly Call[],
      line: { state: 'registered', message: '' },
      callBacks: [],
      forward: {},
      doNotDisturb: false,
      serverRules: [],
    });
  };
  calls({ state: 'ringing', direction: 'in' });
  expect(statuses.at(-1)).toMatchObject({ inCall: false });
  calls({ state: 'held', direction: 'in' });
  expect(statuses.at(-1)).toMatchObject({ inCall: true });
  calls({ state: 'ended', direction: 'in' });
  expect(statuses.at(-1)).toMatchObject({ inCall: false });
});

test('what the person chose is told only while somebody is signed in, who could choose', () => {
  const { outside, hub, statuses } = setUp();
  outside.start();
  hub.publish('ownPresence', { chosen: 'dnd', shown: 'onphone', text: '' });
  expect(statuses.at(-1)).toMatchObject({ presence: 'onphone', chosen: undefined });
  hub.publish('session', { state: 'signedIn', secretsBackend: '', secretsPlainText: false });
  expect(statuses.at(-1)).toMatchObject({ presence: 'onphone', chosen: 'dnd' });
  hub.publish('session', { state: 'signedOut', secretsBackend: '', secretsPlainText: false });
  expect(statuses.at(-1)).toMatchObject({ chosen: undefined });
});
