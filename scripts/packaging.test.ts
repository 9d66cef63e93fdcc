import { extractAll, extractFile, listPackage } from '@electron/asar';
import { Ajv } from 'ajv';
import { Arch, Platform, build } from 'electron-builder';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inRoot, root } from './paths.ts';

/** Electron finds its fuses behind this mark: one byte of version, one of count, then one for each fuse. */
const fuseMark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = [
  ['runAsNode', '0'],
  ['enableCookieEncryption', '1'],
  ['enableNodeOptionsEnvironmentVariable', '0'],
  ['enableNodeCliInspectArguments', '0'],
  ['enableEmbeddedAsarIntegrityValidation', '1'],
  ['onlyLoadAppFromAsar', '1'],
] as const;
/** Behind loadBrowserProcessSpecificV8Snapshot, which nothing sets. */
const fileProtocolFuse = 7;

const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const fromLibrary = createRequire(fromBuilder.resolve('app-builder-lib'));

function configuration(): Record<string, unknown> {
  const yaml = fromLibrary('js-yaml') as { load: (text: string) => Record<string, unknown> };
  return yaml.load(readFileSync(inRoot('electron-builder.yml'), 'utf8'));
}

describe('electron-builder.yml', () => {
  const schema = JSON.parse(readFileSync(inRoot('node_modules', 'app-builder-lib', 'scheme.json'), 'utf8')) as object;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(schema);

  test("fits electron-builder's own schema", () => {
    validate(configuration());
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the check can fail: an option that does not exist is refused', () => {
    expect(validate({ ...configuration(), noSuchOption: true })).toBe(false);
    expect(validate({ ...configuration(), linux: { target: [{ target: 5 }] } })).toBe(false);
  });

  test('names installers for the three platforms', () => {
    const targets = (platform: string): string[] => {
      const options = configuration()[platform] as { target: (string | { target: string })[] };
      return options.target.map((entry) => (typeof entry === 'string' ? entry : entry.target));
    };
    expect(targets('win')).toEqual(['nsis', 'msi']);
    expect(targets('mac')).toEqual(['dmg']);
    expect(targets('linux')).toEqual(['AppImage', 'deb']);
  });

  test('every icon is there', () => {
    for (const icon of ['icon.ico', 'icon.icns', 'icons/16x16.png', 'icons/512x512.png']) {
      expect(existsSync(inRoot('assets', icon)), icon).toBe(true);
    }
  });
});

describe.skipIf(process.platform !== 'linux')('the Linux directory, built from a stub of Electron', () => {
  let directory: string;
  let resources: string;
  let files: string[];

  beforeAll(async () => {
    expect(existsSync(inRoot('out', 'main', 'electron.js')), 'npm run build comes first').toBe(true);
    directory = mkdtempSync(join(tmpdir(), 'parley-packaging-'));
    const stub = join(directory, 'electron');
    mkdirSync(join(stub, 'resources'), { recursive: true });
    // Version 1, nine fuses, as they are in a fresh Electron.
    const wire = Buffer.concat([Buffer.from(fuseMark), Buffer.from([1, 9]), Buffer.from('101100110')]);
    writeFileSync(join(stub, 'electron'), Buffer.concat([Buffer.alloc(4_096), wire, Buffer.alloc(4_096)]));
    chmodSync(join(stub, 'electron'), 0o755);
    writeFileSync(join(stub, 'version'), electronVersion());
    await build({
      projectDir: root,
      targets: Platform.LINUX.createTarget('dir', Arch.x64),
      publish: 'never',
      config: {
        ...configuration(),
        electronDist: stub,
        electronVersion: electronVersion(),
        directories: { output: join(directory, 'dist'), buildResources: 'assets' },
      },
    });
    resources = join(directory, 'dist', 'linux-unpacked', 'resources');
    files = listPackage(join(resources, 'app.asar'), { isPack: false });
  }, 180_000);

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const packages = () =>
    new Set(
      files.flatMap((file) => {
        const match = /^\/node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)\//.exec(file);
        return match?.[1] === undefined ? [] : [match[1]];
      }),
    );

  test('holds the three rooms of the build', () => {
    for (const file of ['main/electron.js', 'main/media-gateway.js', 'preload/preload.cjs', 'renderer/index.html']) {
      expect(files).toContain(`/out/${file}`);
    }
    expect(files).toContain('/package.json');
    const shipped = JSON.parse(extractFile(join(resources, 'app.asar'), 'package.json').toString('utf8')) as object;
    expect(shipped).toMatchObject({ name: 'parley', main: 'out/main/electron.js' });
  });

  test('holds no package but those with native code and what they load', () => {
    expect([...packages()].sort()).toEqual([
      '@koromix/koffi-linux-x64',
      '@node-datachannel/linux-x64-gnu',
      'better-sqlite3',
      'detect-libc',
      'koffi',
      'node-datachannel',
    ]);
  });

  test('holds nothing superfluous: no sources, tests, maps, documents or other platforms', () => {
    const superfluous = files.filter((file) =>
      /\.(?:ts|tsx|map|md|c|cc|cpp|h|gyp|test\.js)$|^\/(?:src-|e2e|scripts|docs|assets)|darwin|win32|arm64|musl/.test(
        file,
      ),
    );
    expect(superfluous).toEqual([]);
    expect(globSync('**/*.node', { cwd: join(resources, 'app.asar.unpacked') }).sort()).toEqual([
      'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node',
      'node_modules/@node-datachannel/linux-x64-gnu/node_datachannel.node',
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]);
  });

  test('native modules lie outside the archive, and all three load from where they lie', () => {
    // As Electron does: what the archive lists and what lies beside it are one tree.
    const tree = join(directory, 'tree');
    extractAll(join(resources, 'app.asar'), tree);
    const script = [
      "import Database from 'better-sqlite3';",
      "import * as rtc from 'node-datachannel';",
      "import koffi from 'koffi';",
      "const row = new Database(':memory:').prepare('select 1 as one').get();",
      'console.log(row.one, typeof rtc.PeerConnection, typeof koffi.load);',
      'rtc.cleanup();',
    ].join('\n');
    writeFileSync(join(tree, 'try.mjs'), script);
    expect(execFileSync(process.execPath, [join(tree, 'try.mjs')], { encoding: 'utf8' }).trim()).toBe(
      '1 function function',
    );
  });

  test('is loaded from its archive only, and brings its licence', () => {
    expect(existsSync(join(resources, 'app'))).toBe(false);
    expect(existsSync(join(resources, 'LICENSE'))).toBe(true);
  });

  test('the fuses are set as configured', () => {
    const binary = readFileSync(join(directory, 'dist', 'linux-unpacked', 'parley'));
    const at = binary.indexOf(fuseMark) + fuseMark.length + 2;
    const state = (index: number) => String.fromCharCode(binary[at + index] ?? 0);
    for (const [index, [name, expected]] of fuses.entries()) expect(state(index), name).toBe(expected);
    expect(state(fileProtocolFuse), 'grantFileProtocolExtraPrivileges').toBe('0');
  });
});

function electronVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(inRoot('node_modules', 'electron', 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}
