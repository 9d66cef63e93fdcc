import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { CHROMIUM_PROGRAMS, findBinary } from '../lab/packages.ts';

export interface ChromiumOptions {
  /** Sound of the fake microphone (wav). Without it there is Chromium's beep. */
  readonly microphoneWav?: string;
  /** `granted`: no question asked. `ask`: as a fresh profile. `missing`: this computer has no microphone. */
  readonly microphone?: 'granted' | 'ask' | 'missing';
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

/** Debian's Chromium, headless, with a fake microphone. CSP stays in force: nothing bypasses it. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const executablePath = findBinary(CHROMIUM_PROGRAMS);
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
