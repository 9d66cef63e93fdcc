import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { CHROMIUM_PROGRAMS, HEADLESS_PROGRAM, findBinary } from '../lab/packages.ts';

export interface ChromiumOptions {
  /** Sound of the fake microphone (wav). Without it there is Chromium's beep. */
  readonly microphoneWav?: string;
  /** `granted`: no question asked. `ask`: as a fresh profile. `missing`: this computer has no microphone. */
  readonly microphone?: 'granted' | 'ask' | 'missing';
  /** For what only the browser around the engine has: questions to the person, a window that is behind another one. */
  readonly isWhole?: boolean;
}

/** Flags that keep Chromium quiet on a closed network and let WebRTC use loopback, as Parley's own launch does. */
export const chromiumFlags: readonly string[] = [
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--no-first-run',
];

/**
 * The headless shell where it is installed and does: the same engine without the browser around it, which opens a window
 * in half the time. Else the browser that people have.
 */
export function chromiumProgram({ isWhole = false, microphone }: ChromiumOptions = {}): string | undefined {
  const shell = isWhole || microphone === 'ask' ? undefined : findBinary(HEADLESS_PROGRAM);
  return shell ?? findBinary(CHROMIUM_PROGRAMS);
}

/** Debian's Chromium, headless, with a fake microphone. CSP stays in force: nothing bypasses it. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const executablePath = chromiumProgram(options);
  const microphone = options.microphone ?? 'granted';
  const args = [...chromiumFlags];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  if (microphone !== 'missing') args.push('--use-fake-device-for-media-stream');
  if (microphone === 'granted') args.push('--use-fake-ui-for-media-stream');
  if (options.microphoneWav !== undefined) args.push(`--use-file-for-fake-audio-capture=${options.microphoneWav}`);
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    headless: true,
    args,
    ignoreDefaultArgs: ['--mute-audio'],
  });
}
