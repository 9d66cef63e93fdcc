import type { Page } from '@playwright/test';
import { settled } from './layout-faults.ts';

/** A way in which every view must hold: colours and size of the window. */
export interface Look {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly forcedColors: boolean;
  readonly width: number;
  readonly height: number;
}

const hub = { width: 1180, height: 760 };
/** Below 720 px the panes stack. */
const compact = { width: 380, height: 700 };

/** Those of one size stand together: another size is what takes long to draw. */
export const looks: readonly Look[] = [
  { name: 'light', colorScheme: 'light', forcedColors: false, ...hub },
  { name: 'dark', colorScheme: 'dark', forcedColors: false, ...hub },
  { name: 'high-contrast', colorScheme: 'dark', forcedColors: true, ...hub },
  { name: 'compact-light', colorScheme: 'light', forcedColors: false, ...compact },
  { name: 'compact-dark', colorScheme: 'dark', forcedColors: false, ...compact },
];

/** Gives an open window this look, with whatever it shows; resolves when it is drawn. */
export async function wear(page: Page, look: Look): Promise<void> {
  await page.emulateMedia({
    colorScheme: look.colorScheme,
    forcedColors: look.forcedColors ? 'active' : 'none',
    reducedMotion: 'reduce',
  });
  // The colours first: a picture taken of both changes at once may still hold text of the old ones.
  await settled(page);
  const size = page.viewportSize();
  if (size?.width === look.width && size.height === look.height) return;
  await page.setViewportSize({ width: look.width, height: look.height });
  await settled(page);
}
