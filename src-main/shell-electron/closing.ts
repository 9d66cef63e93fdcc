import { dialog } from 'electron';
import { writeFileSync } from 'node:fs';
import { t } from '../../src-shared/words.ts';

/** In the data directory, once it was said what closing the window does. */
export const toldOfClosingFile = 'told-of-closing';

/** What a person who closed the window has to know, once. */
export function closedWords(platform: NodeJS.Platform): string {
  return platform === 'darwin'
    ? t('Calls and messages reach you also without its window. Start Parley again to see it. To end it, press \u2318Q.')
    : t(
        'Calls and messages reach you also without its window. Start Parley again to see it. To end it, choose Quit Parley in the menu of its icon, or press Ctrl+Q in its window.',
      );
}

/** Whether this file was not there; from now on it is. */
export function isFirstTime(file: string): boolean {
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch {
    // There already, or nothing can be written: not said at each closing for that.
    return false;
  }
}

/** Asks whether the program is to end although a call runs. */
export async function endsCall(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Parley',
    message: t('You are in a call. Quit Parley and end the call?'),
    detail: t('You can close the window instead: the call goes on.'),
    buttons: [t('Quit and end the call'), t('Go on with the call')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
