import { chromium } from '@playwright/test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './paths.ts';

/**
 * Draws assets/icon.svg in the sizes and containers that the three platforms want. Run after the drawing changed:
 * `node scripts/icons.ts`. The results are kept in the repository, so that packaging needs no browser.
 */
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const;
type Size = (typeof sizes)[number];

/** Apple's type codes for PNG entries, by pixels; the doubled ones are for high-density screens. */
const icnsTypes: readonly (readonly [type: string, size: Size])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
];
const icoSizes: readonly Size[] = [16, 24, 32, 48, 64, 128, 256];

async function draw(): Promise<ReadonlyMap<Size, Buffer>> {
  const drawing = readFileSync(inRoot('assets', 'icon.svg'), 'utf8');
  const browser = await chromium.launch({
    ...(process.platform === 'linux' ? { executablePath: '/usr/bin/chromium' } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const pictures = new Map<Size, Buffer>();
  for (const size of sizes) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const image = `data:image/svg+xml;base64,${Buffer.from(drawing).toString('base64')}`;
    await page.setContent(
      `<body style="margin:0"><img src="${image}" width="${size}" height="${size}" style="display:block">`,
    );
    pictures.set(size, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
  await browser.close();
  return pictures;
}

function picture(pictures: ReadonlyMap<Size, Buffer>, size: Size): Buffer {
  const found = pictures.get(size);
  if (found === undefined) throw new Error(`no picture of ${size} pixels`);
  return found;
}

/** ICO: a directory of 16 bytes an entry, then the PNGs (Windows Vista and newer read PNG entries). */
function ico(pictures: ReadonlyMap<Size, Buffer>): Buffer {
  const header = Buffer.alloc(6 + 16 * icoSizes.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(icoSizes.length, 4);
  let offset = header.length;
  for (const [index, size] of icoSizes.entries()) {
    const at = 6 + 16 * index;
    const png = picture(pictures, size);
    // 256 is written as 0.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...icoSizes.map((size) => picture(pictures, size))]);
}

/** ICNS: entries of type, length (header included) and PNG. */
function icns(pictures: ReadonlyMap<Size, Buffer>): Buffer {
  const entries = icnsTypes.map(([type, size]) => {
    const png = picture(pictures, size);
    const header = Buffer.alloc(8);
    header.write(type, 0, 'latin1');
    header.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([header, png]);
  });
  const body = Buffer.concat(entries);
  const header = Buffer.alloc(8);
  header.write('icns', 0, 'latin1');
  header.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([header, body]);
}

const pictures = await draw();
mkdirSync(inRoot('assets', 'icons'), { recursive: true });
for (const size of [16, 32, 48, 64, 128, 256, 512] as const) {
  writeFileSync(inRoot('assets', 'icons', `${size}x${size}.png`), picture(pictures, size));
}
writeFileSync(inRoot('assets', 'icon.png'), picture(pictures, 1024));
writeFileSync(inRoot('assets', 'icon.ico'), ico(pictures));
writeFileSync(inRoot('assets', 'icon.icns'), icns(pictures));
