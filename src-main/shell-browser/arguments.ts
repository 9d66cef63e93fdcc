import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../../src-shared/errors.ts';

export interface BrowserShellArguments {
  readonly dataDirectory: string | undefined;
  readonly port: number | undefined;
  readonly policyFile: string | undefined;
  readonly seedFile: string | undefined;
  readonly signInFile: string | undefined;
  readonly chromium: string | undefined;
  readonly window: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** A `tel:`, `sip:` or `xmpp:` link. */
  readonly target: string | undefined;
}

export const usage = `Parley in the browser shell: the service on this computer, the window in Chromium.

  --data DIR           where this user's data lies (default: the place of the platform)
  --port N             loopback port (default: the one of last time)
  --policy FILE        the administrator's policy file
  --seed FILE          settings to begin with, {"key": value}; the person may change them
  --no-window          serve only; the address is printed
  --sign-in-file FILE  {"address","password"}, readable by you only; deleted when read
  --chromium PATH      which Chromium, Chrome or Edge shows the window
  --json               one JSON line on standard output when ready
  TARGET               a tel:, sip: or xmpp: link to open
`;

/** Throws AppError `invalid` with words for the terminal. */
export function parseArguments(argv: readonly string[]): BrowserShellArguments {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        policy: { type: 'string' },
        seed: { type: 'string' },
        'no-window': { type: 'boolean' },
        'sign-in-file': { type: 'string' },
        chromium: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new AppError('invalid', `${error instanceof Error ? error.message : 'Unknown option'}. Try --help.`);
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw new AppError('invalid', 'Only one link can be opened at a time. Try --help.');
  return {
    dataDirectory: absolute(values.data),
    port: values.port === undefined ? undefined : parsePort(values.port),
    policyFile: absolute(values.policy),
    seedFile: absolute(values.seed),
    signInFile: absolute(values['sign-in-file']),
    chromium: absolute(values.chromium),
    window: values['no-window'] !== true,
    json: values.json === true,
    help: values.help === true,
    target: positionals[0],
  };
}

/** What a later start of the same copy needs again: whose data, whose policy, which browser. */
export function lastingArguments(
  options: Pick<BrowserShellArguments, 'dataDirectory' | 'port' | 'policyFile' | 'seedFile' | 'chromium'>,
): readonly string[] {
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['--data', options.dataDirectory],
    ['--port', options.port],
    ['--policy', options.policyFile],
    ['--seed', options.seedFile],
    ['--chromium', options.chromium],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new AppError('invalid', `--port takes a number from 0 to 65535, not "${text}".`);
  return port;
}
