import type { MainHandlers } from '../src-shared/contract/contract.ts';
import type { ShellAbility } from '../src-shared/contract/system.ts';
import { AppError } from '../src-shared/errors.ts';
import type { GlobalKeyName } from '../src-shared/model/global-key.ts';
import { globalKeyNames, globalKeySettings } from '../src-shared/model/global-key.ts';
import type { Call } from '../src-shared/model/call.ts';
import { activeCall, callToAnswer, callToDecline, endingOf, ringingCall } from '../src-shared/model/calls-at-hand.ts';
import type { CallEnding } from '../src-shared/model/calls-at-hand.ts';
import { audibleCalls } from '../src-shared/model/quiet.ts';
import type { OwnPresenceState } from '../src-shared/model/presence.ts';
import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import { parseLink } from '../src-shared/text/link.ts';
import { numberInText } from '../src-shared/text/number-in-text.ts';
import { t } from '../src-shared/words.ts';
import type { SettingKey } from './config/settings-schema.ts';
import type { SettingsReader } from './config/settings.ts';
import type { Logger } from './core/log.ts';
import type { Service } from './core/service.ts';
import type { Host } from './host.ts';

export interface DesktopOptions {
  readonly host: Pick<Host, 'desktop' | 'openLinks' | 'notify' | 'power' | 'showWindow'>;
  readonly settings: Pick<SettingsReader, 'get' | 'onChange'>;
  readonly hub: Pick<TopicHub, 'watch'>;
  /** Each rejects with AppError in words for the person. */
  readonly answer: (callId: string) => unknown;
  readonly decline: (callId: string) => unknown;
  readonly end: (ending: CallEnding) => unknown;
  readonly choosePresence: (state: OwnPresenceState, text: string) => unknown;
  /** Goes to a link in the window, which asks before it calls. */
  readonly open: (link: string) => void;
  readonly log: Logger;
}

const keySettings: readonly SettingKey[] = globalKeyNames.map((name) => globalKeySettings[name]);

/**
 * What the shell does over and beside other programs: keys that work everywhere, the window of incoming calls, and
 * being the program that opens links.
 *
 *   calls      keys that are taken                         window of incoming calls
 *   none       clipboard                                   no
 *   ringing    clipboard, answer, decline (declines it)    yes, unless the screen is locked, the setting is off, or
 *                                                          the person is not to be disturbed
 *   ignored    clipboard, answer, decline (declines it)    no
 *   on         clipboard, decline (ends it)                no
 *
 * A key is taken from every other program while it is ours, so it is ours only while it means something.
 */
export class Desktop implements Service {
  readonly name = 'desktop';
  readonly handlers: Pick<MainHandlers, 'app.showWindow' | 'app.answerInFront' | 'app.takenKeys'>;
  readonly #options: DesktopOptions;
  readonly #undo: (() => void)[] = [];
  #calls: readonly Call[] = [];
  #locked = false;
  #presenceText = '';
  #chosen: OwnPresenceState | undefined;

  constructor(options: DesktopOptions) {
    this.#options = options;
    const { host } = options;
    this.handlers = {
      'app.showWindow': () => {
        host.showWindow();
        return null;
      },
      'app.answerInFront': async ({ callId }) => {
        const answered = this.#attempt(() => options.answer(callId));
        host.showWindow();
        await answered;
        return null;
      },
      'app.takenKeys': () => ({ taken: [...(host.desktop?.takenKeys(this.#keys(globalKeyNames)) ?? [])] }),
    };
  }

  async start(): Promise<void> {
    const { host, hub, settings } = this.#options;
    await this.#startLinks();
    const { desktop, power } = host;
    if (desktop === undefined) return;
    desktop.listen({
      key: (name) => {
        this.#pressed(name);
      },
      presence: (state) => {
        // The words beside it stay: the menu has no place for others.
        void this.#attempt(() => this.#options.choosePresence(state, this.#presenceText));
      },
    });
    power.onLock(() => {
      this.#locked = true;
      this.#update();
    });
    power.onUnlock(() => {
      this.#locked = false;
      this.#update();
    });
    hub.watch('ownPresence', ({ chosen, text }) => {
      this.#presenceText = text;
      if (chosen === this.#chosen) return;
      this.#chosen = chosen;
      this.#update();
    });
    hub.watch('calls', ({ calls }) => {
      this.#calls = calls;
      this.#update();
    });
    const theme = (): void => {
      desktop.setTheme(settings.get('appearance.theme'));
    };
    theme();
    this.#undo.push(
      settings.onChange(['appearance.theme'], theme),
      settings.onChange([...keySettings, 'notifications.incomingWindow'], () => {
        this.#update();
      }),
    );
    this.#update();
  }

  stop(): Promise<void> {
    for (const undo of this.#undo.splice(0)) undo();
    this.#calls = [];
    this.#options.host.desktop?.setKeys(new Map());
    this.#options.host.desktop?.showIncoming(false);
    return Promise.resolve();
  }

  async #startLinks(): Promise<void> {
    const { host, settings } = this.#options;
    if (host.openLinks === undefined) return;
    // Off at the start means that nothing of ours is there: the choice of the person is not touched.
    if (settings.get('links.open')) await this.#openLinks(true);
    this.#undo.push(
      settings.onChange(['links.open'], () => {
        void this.#openLinks(settings.get('links.open'));
      }),
    );
  }

  async #openLinks(on: boolean): Promise<void> {
    try {
      await this.#options.host.openLinks?.(on);
    } catch (error) {
      this.#options.log.warn('links are not opened by Parley', { error });
      this.#say(
        t('The system did not let Parley change which program opens links. Choose it in the settings of the system.'),
      );
    }
  }

  #update(): void {
    const { desktop } = this.#options.host;
    const { settings } = this.#options;
    const rings = callToAnswer(this.#calls) !== undefined;
    const on = activeCall(this.#calls) !== undefined;
    desktop?.setKeys(
      this.#keys([
        'dialClipboard',
        ...(rings ? (['answer'] as const) : []),
        ...(rings || on ? (['decline'] as const) : []),
      ]),
    );
    const isHeard = ringingCall(audibleCalls(this.#calls, this.#chosen)) !== undefined;
    desktop?.showIncoming(isHeard && !this.#locked && settings.get('notifications.incomingWindow'));
  }

  #keys(names: readonly GlobalKeyName[]): ReadonlyMap<GlobalKeyName, string> {
    const keys = new Map<GlobalKeyName, string>();
    for (const name of names) {
      const combination = this.#options.settings.get(globalKeySettings[name]);
      // One combination means one thing; the first in the list has it.
      if (combination !== '' && ![...keys.values()].includes(combination)) keys.set(name, combination);
    }
    return keys;
  }

  #pressed(name: GlobalKeyName): void {
    const { answer, decline, end } = this.#options;
    if (name === 'dialClipboard') {
      void this.#attempt(() => this.#dialClipboard());
      return;
    }
    const meant = name === 'answer' ? callToAnswer(this.#calls) : callToDecline(this.#calls);
    if (meant !== undefined) {
      void this.#attempt(() => (name === 'answer' ? answer(meant.id) : decline(meant.id)));
      return;
    }
    const active = activeCall(this.#calls);
    if (name === 'decline' && active !== undefined) void this.#attempt(() => end(endingOf(active)));
  }

  async #dialClipboard(): Promise<void> {
    const { host, open } = this.#options;
    const text = (await host.desktop?.clipboardText()) ?? '';
    const number = numberInText(text);
    const link = parseLink(text) === undefined ? undefined : text.trim();
    if (link === undefined && number === undefined) {
      this.#say(t('There is no telephone number on the clipboard. Copy one, then press the key again.'));
      return;
    }
    host.showWindow();
    open(link ?? `callto:${encodeURIComponent(number ?? '')}`);
  }

  async #attempt(step: () => unknown): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.log.warn('what a key or the menu asked for was refused', { error });
      this.#say(error instanceof AppError ? error.message : t('That did not work. Open Parley and try it there.'));
    }
  }

  #say(words: string): void {
    this.#options.host.notify({
      title: 'Parley',
      body: words,
      tag: 'desktop',
      onClick: () => {
        this.#options.host.showWindow();
      },
    });
  }
}

/** What this shell can do that not every shell can, for the window. */
export function abilitiesOf(
  host: Pick<Host, 'desktop' | 'openLinks' | 'chooseFolder' | 'showFile'>,
): readonly ShellAbility[] {
  return [
    ...(host.desktop === undefined ? [] : (['globalKeys'] as const)),
    ...(host.openLinks === undefined ? [] : (['links'] as const)),
    ...(host.chooseFolder === undefined ? [] : (['folders'] as const)),
    ...(host.showFile === undefined ? [] : (['files'] as const)),
  ];
}
