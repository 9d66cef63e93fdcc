import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lastingArguments, parseArguments } from './arguments.ts';
import { chromiumArguments } from './chromium.ts';
import { gatewayEntry } from './gateway-entry.ts';

describe('the command line', () => {
  test('without arguments everything has its default', () => {
    expect(parseArguments([])).toEqual({
      dataDirectory: undefined,
      port: undefined,
      policyFile: undefined,
      seedFile: undefined,
      signInFile: undefined,
      chromium: undefined,
      window: true,
      json: false,
      help: false,
      target: undefined,
    });
  });

  test('every argument is understood, and paths become absolute', () => {
    const given =
      '--data d --port 0 --policy p.json --seed e.json --no-window --sign-in-file s.json --chromium c --json tel:100';
    expect(parseArguments(given.split(' '))).toEqual({
      dataDirectory: resolve('d'),
      port: 0,
      policyFile: resolve('p.json'),
      seedFile: resolve('e.json'),
      signInFile: resolve('s.json'),
      chromium: resolve('c'),
      window: false,
      json: true,
      help: false,
      target: 'tel:100',
    });
  });

  test('a later start gets what this copy is known by, and nothing that was meant for this start only', () => {
    const given = '--data d --policy p.json --seed e.json --no-window --sign-in-file s.json --chromium c tel:100';
    expect(lastingArguments(parseArguments(given.split(' ')))).toEqual([
      ...['--data', resolve('d'), '--policy', resolve('p.json')],
      ...['--seed', resolve('e.json'), '--chromium', resolve('c')],
    ]);
    expect(lastingArguments(parseArguments([]))).toEqual([]);
  });

  test.each([['--port', 'x'], ['--port', '65536'], ['--port', '-1'], ['--unknown'], ['tel:1', 'tel:2']])(
    '%s %s is refused in words',
    (...argv) => {
      expect(() => parseArguments(argv)).toThrow(/Try --help|--port/);
    },
  );
});

describe("Chromium's arguments", () => {
  const options = { launchFile: '/data/open parley.html', profileDirectory: '/data/chromium', asRoot: false };

  test('the launch file is passed, never the secret, and loopback media is allowed', () => {
    const given = chromiumArguments(options);
    expect(given).toContain('--app=file:///data/open%20parley.html');
    expect(given).toContain('--user-data-dir=/data/chromium');
    expect(given).toContain('--allow-loopback-in-peer-connection');
  });

  test('the sandbox goes only where root could not use it', () => {
    expect(chromiumArguments(options)).not.toContain('--no-sandbox');
    expect(chromiumArguments({ ...options, asRoot: true })).toContain('--no-sandbox');
  });
});

test('the gateway is found beside the source and beside the build', () => {
  expect(gatewayEntry('file:///app/src-main/shell-browser/main.ts')).toBe('/app/src-main/media-gateway/process.ts');
  expect(gatewayEntry('file:///app/out/main/browser.js')).toBe('/app/out/main/media-gateway.js');
});
