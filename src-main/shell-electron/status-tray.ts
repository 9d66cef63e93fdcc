import { Menu, Tray, nativeImage } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { ownPresenceStates } from '../../src-shared/model/presence.ts';
import type { OwnPresenceState } from '../../src-shared/model/presence.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import type { HostStatus } from '../host.ts';
import { trayIcon, trayIconPixels } from './tray-icon.ts';

export interface StatusTrayOptions {
  readonly open: () => void;
  readonly quit: () => void;
  readonly choosePresence: (state: OwnPresenceState) => void;
}

const presenceWords: Readonly<Record<HostStatus['presence'], Message>> = {
  available: msg('Available'),
  busy: msg('Busy'),
  dnd: msg('Do not disturb'),
  away: msg('Away'),
  onphone: msg('On the phone'),
  offline: msg('Offline'),
  unknown: msg('Not connected'),
};

/** What a person may choose, as the window's own menu calls it. */
const choiceWords: Readonly<Record<OwnPresenceState, Message>> = {
  available: msg('Available'),
  busy: msg('Busy'),
  dnd: msg('Do not disturb'),
  away: msg('Away'),
  offline: msg('Appear offline'),
};

/** The icon beside the clock: own presence, missed calls and unread messages, and the way back to the window. */
export class StatusTray {
  readonly #options: StatusTrayOptions;
  #tray: Tray | undefined;
  #shown = '';
  #menuFor: OwnPresenceState | 'signedOut' | undefined;

  constructor(options: StatusTrayOptions) {
    this.#options = options;
  }

  show(status: HostStatus): void {
    const key = JSON.stringify(status);
    if (key === this.#shown) return;
    this.#shown = key;
    const image = nativeImage.createFromBitmap(trayIcon(status), {
      width: trayIconPixels,
      height: trayIconPixels,
      scaleFactor: 2,
    });
    if (this.#tray === undefined) {
      this.#tray = new Tray(image);
      this.#tray.on('click', this.#options.open);
    } else this.#tray.setImage(image);
    this.#tray.setToolTip(trayWords(status));
    this.#showMenu(this.#tray, status.chosen);
  }

  close(): void {
    this.#tray?.destroy();
    this.#tray = undefined;
    this.#shown = '';
    this.#menuFor = undefined;
  }

  /** Set anew only when the choice changed: a menu that is open would close. */
  #showMenu(tray: Tray, chosen: OwnPresenceState | undefined): void {
    const menuFor = chosen ?? 'signedOut';
    if (menuFor === this.#menuFor) return;
    this.#menuFor = menuFor;
    const { open, quit, choosePresence } = this.#options;
    const presence = ownPresenceStates.map((state): MenuItemConstructorOptions => ({
      label: t(choiceWords[state]),
      type: 'radio',
      checked: state === chosen,
      click: () => {
        choosePresence(state);
      },
    }));
    const menu: MenuItemConstructorOptions[] = [
      { label: t('Open Parley'), click: open },
      { type: 'separator' },
      // Nobody is signed in: there is nothing to choose.
      ...(chosen === undefined ? [] : [...presence, { type: 'separator' } as const]),
      { label: t('Quit Parley'), click: quit },
    ];
    tray.setContextMenu(Menu.buildFromTemplate(menu));
  }
}

/** `2 missed calls`, `1 unread message`: only what there is. */
export function countedWords({ missedCalls, unreadMessages }: HostStatus): readonly string[] {
  return [
    ...(missedCalls === 0
      ? []
      : [t('{missedCalls, plural, one {# missed call} other {# missed calls}}', { missedCalls })]),
    ...(unreadMessages === 0
      ? []
      : [t('{unreadMessages, plural, one {# unread message} other {# unread messages}}', { unreadMessages })]),
  ];
}

/** One line, as the system shows it when the pointer rests on the icon. */
export function trayWords(status: HostStatus): string {
  return [t('Parley: {presence}', { presence: t(presenceWords[status.presence]) }), ...countedWords(status)].join(', ');
}
