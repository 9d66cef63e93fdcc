import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../src-shared/errors.ts';
import type { Call } from '../src-shared/model/call.ts';
import type { GlobalKeyName } from '../src-shared/model/global-key.ts';
import { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { SettingKey } from './config/settings-schema.ts';
import { silentLogger } from './core/log.ts';
import { Desktop, abilitiesOf } from './desktop.ts';
import type { DesktopListener } from './host.ts';

/** The system as the program sees it, and the settings. */
class Rig {
  readonly hub = new TopicHub();
  readonly did: string[] = [];
  readonly said: string[] = [];
  readonly values = new Map<SettingKey, unknown>([
    ['keyboard.answer', 'F8'],
    ['keyboard.decline', 'F9'],
    ['keyboard.dialClipboard', ''],
    ['notifications.incomingWindow', true],
    ['links.open', false],
  ]);
  keys: Record<string, string> = {};
  incoming = false;
  clipboard = '';
  linksRefused = false;
  answerFails: Error | undefined;
  person: DesktopListener | undefined;
  lock: () => void = () => undefined;
  unlock: () => void = () => undefined;
  readonly themes: unknown[] = [];
  readonly #changed = new Set<{ readonly keys: readonly SettingKey[]; readonly listener: () => void }>();
  readonly desktop = new Desktop({
    host: {
      notify: ({ body }) => this.said.push(body) > 0,
      showWindow: () => this.did.push('show window'),
      power: {
        onSleep: () => undefined,
        onWake: () => undefined,
        onLock: (listener) => (this.lock = listener),
        onUnlock: (listener) => (this.unlock = listener),
      },
      openLinks: (on) => {
        this.did.push(`links ${String(on)}`);
        return this.linksRefused ? Promise.reject(new Error('refused')) : Promise.resolve();
      },
      desktop: {
        showIncoming: (wanted) => (this.incoming = wanted),
        setTheme: (theme) => this.themes.push(theme),
        setKeys: (keys) => (this.keys = Object.fromEntries(keys)),
        takenKeys: (keys) => [...keys.keys()].filter((name) => name === 'answer'),
        clipboardText: () => Promise.resolve(this.clipboard),
        listen: (listener) => (this.person = listener),
      },
    },
    settings: {
      get: (key) => this.values.get(key) as never,
      onChange: (keys, listener) => {
        const entry = { keys, listener };
        this.#changed.add(entry);
        return () => this.#changed.delete(entry);
      },
    },
    hub: this.hub,
    answer: (id) => {
      if (this.answerFails !== undefined) throw this.answerFails;
      this.did.push(`answer ${id}`);
    },
    decline: (id) => this.did.push(`decline ${id}`),
    end: (ending) => this.did.push(ending.ask === 'hangUp' ? `hang up ${ending.callId}` : `end ${ending.conferenceId}`),
    choosePresence: (state, text) => this.did.push(`presence ${state} ${text}`),
    open: (link) => this.did.push(`open ${link}`),
    log: silentLogger,
  });

  set(key: SettingKey, value: unknown): void {
    this.values.set(key, value);
    for (const { keys, listener } of this.#changed) if (keys.includes(key)) listener();
  }

  calls(...calls: readonly (Pick<Call, 'id' | 'state' | 'direction'> & Partial<Call>)[]): void {
    const whole = calls.map((call) => ({ silenced: false, ...call }) as Call);
    this.hub.publish('calls', {
      calls: whole,
      line: { state: 'registered', message: '' },
      callBacks: [],
      forward: {},
      doNotDisturb: false,
      serverRules: [],
    });
  }

  async press(name: GlobalKeyName): Promise<void> {
    this.person?.key(name);
    await Promise.resolve();
    await Promise.resolve();
  }
}

let rig: Rig;
beforeEach(async () => {
  rig = new Rig();
  await rig.desktop.start();
});

const ringing = { id: 'in', state: 'ringing', direction: 'in' } as const;
const talking = { id: 'on', state: 'connected', direction: 'out' } as const;

describe('keys are taken from others only while they mean something', () => {
  test('answer while it rings, decline then and during a call', () => {
    expect(rig.keys).toEqual({});
    rig.calls(ringing);
    expect(rig.keys).toEqual({ answer: 'F8', decline: 'F9' });
    rig.calls({ ...ringing, state: 'connected' });
    expect(rig.keys).toEqual({ decline: 'F9' });
    rig.calls({ ...ringing, state: 'ended' });
    expect(rig.keys).toEqual({});
  });

  test('who is not to be disturbed sees no window over other programs; the keys answer all the same', () => {
    rig.hub.publish('ownPresence', { chosen: 'dnd', shown: 'dnd', text: '' });
    rig.calls(ringing);
    expect(rig.incoming).toBe(false);
    expect(rig.keys).toEqual({ answer: 'F8', decline: 'F9' });
    rig.calls({ ...ringing, fromEmergency: true } as typeof ringing);
    expect(rig.incoming).toBe(true);
    rig.calls(ringing);
    expect(rig.incoming).toBe(false);
    rig.hub.publish('ownPresence', { chosen: 'available', shown: 'available', text: '' });
    expect(rig.incoming).toBe(true);
  });

  test('what was ignored can be answered by them still, and shows no window over other programs', () => {
    rig.calls({ ...ringing, silenced: true });
    expect(rig.keys).toEqual({ answer: 'F8', decline: 'F9' });
    expect(rig.incoming).toBe(false);
  });

  test('the key of the clipboard at any time; a change of the settings counts at once; one key means one thing', () => {
    rig.set('keyboard.dialClipboard', 'Ctrl+Alt+D');
    expect(rig.keys).toEqual({ dialClipboard: 'Ctrl+Alt+D' });
    rig.set('keyboard.answer', 'Ctrl+Alt+D');
    rig.set('keyboard.decline', '');
    rig.calls(ringing);
    expect(rig.keys).toEqual({ dialClipboard: 'Ctrl+Alt+D' });
  });

  test('all are given back at the end', async () => {
    rig.set('keyboard.dialClipboard', 'Ctrl+Alt+D');
    rig.calls(ringing);
    await rig.desktop.stop();
    expect([rig.keys, rig.incoming]).toEqual([{}, false]);
  });

  test('those that others hold are named', () => {
    expect(rig.desktop.handlers['app.takenKeys'](null, 'w')).toEqual({ taken: ['answer'] });
  });
});

describe('what a key does', () => {
  test('the call that has rung longest is answered or declined, before the one that is on is ended', async () => {
    rig.calls(talking, ringing, { ...ringing, id: 'later' });
    await rig.press('answer');
    await rig.press('decline');
    rig.calls(talking);
    await rig.press('answer');
    await rig.press('decline');
    rig.calls();
    await rig.press('decline');
    expect(rig.did).toEqual(['answer in', 'decline in', 'hang up on']);
  });

  test('what was ignored is answered or declined where nothing else rings, and declined after what is on was ended', async () => {
    const ignored = { ...ringing, id: 'ignored', silenced: true };
    rig.calls(ignored, ringing);
    await rig.press('answer');
    rig.calls(ignored, talking);
    await rig.press('decline');
    rig.calls(ignored);
    await rig.press('answer');
    await rig.press('decline');
    expect(rig.did).toEqual(['answer in', 'hang up on', 'answer ignored', 'decline ignored']);
  });

  test('a conference is ended for everybody, as the button of the window says', async () => {
    rig.calls(
      { id: 'one', state: 'connected', direction: 'out', conferenceId: 'all' },
      { id: 'two', state: 'connected', direction: 'in', conferenceId: 'all' },
    );
    await rig.press('decline');
    expect(rig.did).toEqual(['end all']);
  });

  test('a refusal is said in its own words, a bug in ours', async () => {
    rig.calls(ringing);
    rig.answerFails = new AppError('media', 'No Parley window is open for sound.');
    await rig.press('answer');
    rig.answerFails = new Error('x is not a function');
    await rig.press('answer');
    expect(rig.said).toEqual([
      'No Parley window is open for sound.',
      'That did not work. Open Parley and try it there.',
    ]);
  });

  test.each([
    ['+44 20 7946 0101', 'open callto:%2B44%2020%207946%200101'],
    ['Tel. 6102', 'open callto:6102'],
    [' sip:bob@example.com ', 'open sip:bob@example.com'],
  ])('the clipboard with %j leads to %j, in the window', async (text, open) => {
    rig.clipboard = text;
    await rig.press('dialClipboard');
    expect(rig.did).toEqual(['show window', open]);
  });

  test('a clipboard without a number is said, and nothing comes forward', async () => {
    rig.clipboard = 'no number';
    await rig.press('dialClipboard');
    expect(rig.did).toEqual([]);
    expect(rig.said[0]).toMatch(/^There is no telephone number on the clipboard/);
  });

  test('a presence of the menu keeps the words beside it', () => {
    rig.hub.publish('ownPresence', { chosen: 'available', shown: 'available', text: 'Until five' });
    rig.person?.presence('dnd');
    expect(rig.did).toEqual(['presence dnd Until five']);
  });
});

describe('the window of incoming calls', () => {
  test('is wanted while something rings, the screen is not locked and the settings allow it', () => {
    rig.calls(ringing);
    expect(rig.incoming).toBe(true);
    rig.lock();
    expect(rig.incoming).toBe(false);
    rig.unlock();
    expect(rig.incoming).toBe(true);
    rig.set('notifications.incomingWindow', false);
    expect(rig.incoming).toBe(false);
    rig.set('notifications.incomingWindow', true);
    rig.calls({ ...ringing, state: 'ended' });
    expect(rig.incoming).toBe(false);
  });
});

describe('answering in the window of incoming calls', () => {
  test('brings the large window forward', async () => {
    rig.calls(ringing);
    await rig.desktop.handlers['app.answerInFront']({ callId: 'in' }, 'w');
    expect(rig.did).toEqual(['answer in', 'show window']);
  });

  test('says why it was refused: the window that asked may be gone', async () => {
    rig.answerFails = new AppError('media', 'No Parley window is open for sound.');
    await rig.desktop.handlers['app.answerInFront']({ callId: 'in' }, 'w');
    expect([rig.did, rig.said]).toEqual([['show window'], ['No Parley window is open for sound.']]);
  });
});

describe('links', () => {
  test('are taken when the person wants it, given back when not, and not touched before', () => {
    expect(rig.did).toEqual([]);
    rig.set('links.open', true);
    rig.set('links.open', false);
    expect(rig.did).toEqual(['links true', 'links false']);
  });

  test('are taken at the start where the setting is on; a refusal is said', async () => {
    const other = new Rig();
    other.values.set('links.open', true);
    other.linksRefused = true;
    await other.desktop.start();
    expect(other.did).toEqual(['links true']);
    expect(other.said[0]).toMatch(/^The system did not let Parley/);
  });
});

test('the shell draws its part of the window in the colours that the person chose', () => {
  rig.set('appearance.theme', 'dark');
  rig.set('appearance.theme', 'system');
  expect(rig.themes.slice(-2)).toEqual(['dark', 'system']);
  expect(rig.themes).toHaveLength(3);
});

test('a shell without a desktop is left alone', async () => {
  const nothing = { desktop: undefined, openLinks: undefined, chooseFolder: undefined, showFile: undefined };
  expect(abilitiesOf(nothing)).toEqual([]);
  expect(abilitiesOf({ ...nothing, showFile: () => undefined })).toEqual(['files']);
  const { host } = { host: { desktop: undefined, openLinks: undefined } };
  const bare = new Desktop({
    host: { ...host, notify: () => false, showWindow: () => undefined, power: undefined as never },
    settings: { get: () => undefined as never, onChange: () => () => undefined },
    hub: new TopicHub(),
    answer: () => undefined,
    decline: () => undefined,
    end: () => undefined,
    choosePresence: () => undefined,
    open: () => undefined,
    log: silentLogger,
  });
  await bare.start();
  await bare.stop();
  expect(bare.handlers['app.takenKeys'](null, 'w')).toEqual({ taken: [] });
});
