/**
 * A baseline JPEG encoder (ITU-T T.81, 4:4:4, the standard's example Huffman tables), just enough to
 * give people of the directory a small real photo: a head and shoulders on a coloured ground.
 */

const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];
/** T.81 annex K.3.1 and K.3.2, luminance; used for the chrominance too. */
const DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const AC_COUNTS = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d];
const AC_VALUES = [
  ...Buffer.from(
    '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a34353637383' +
      '93a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6' +
      'a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
    'hex',
  ),
];
/** One quantiser for all coefficients: small pictures, nobody looks for artefacts. */
const QUANTISER = 16;
const BLOCK = 8;

type HuffmanCode = readonly [code: number, length: number];

function huffmanTable(counts: readonly number[], values: readonly number[]): ReadonlyMap<number, HuffmanCode> {
  const table = new Map<number, HuffmanCode>();
  let code = 0;
  let next = 0;
  counts.forEach((count, index) => {
    for (let i = 0; i < count; i += 1) {
      table.set(values[next] ?? 0, [code, index + 1]);
      next += 1;
      code += 1;
    }
    code <<= 1;
  });
  return table;
}

const DC_TABLE = huffmanTable(DC_COUNTS, DC_VALUES);
const AC_TABLE = huffmanTable(AC_COUNTS, AC_VALUES);

class BitWriter {
  readonly bytes: number[] = [];
  #bits = 0;
  #count = 0;

  write(value: number, length: number): void {
    for (let shift = length - 1; shift >= 0; shift -= 1) {
      this.#bits = (this.#bits << 1) | ((value >> shift) & 1);
      this.#count += 1;
      if (this.#count === 8) {
        this.bytes.push(this.#bits);
        if (this.#bits === 0xff) this.bytes.push(0); // byte stuffing, T.81 F.1.2.3
        this.#bits = 0;
        this.#count = 0;
      }
    }
  }

  flush(): void {
    while (this.#count !== 0) this.write(1, 1);
  }
}

const COSINES = Array.from({ length: BLOCK }, (_, u) =>
  Array.from({ length: BLOCK }, (__, x) => Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1)),
);

/** Forward DCT and quantisation of one block of level-shifted samples, in zigzag order. */
function transform(samples: readonly number[]): readonly number[] {
  const rows: number[] = [];
  for (let y = 0; y < BLOCK; y += 1) {
    for (let u = 0; u < BLOCK; u += 1) {
      let sum = 0;
      for (let x = 0; x < BLOCK; x += 1) sum += (samples[y * BLOCK + x] ?? 0) * (COSINES[u]?.[x] ?? 0);
      rows[y * BLOCK + u] = sum;
    }
  }
  return ZIGZAG.map((position) => {
    const u = position % BLOCK;
    const v = Math.floor(position / BLOCK);
    let sum = 0;
    for (let y = 0; y < BLOCK; y += 1) sum += (rows[y * BLOCK + u] ?? 0) * (COSINES[v]?.[y] ?? 0);
    return Math.round(sum / 4 / QUANTISER);
  });
}

function writeValue(writer: BitWriter, value: number, size: number): void {
  writer.write(value < 0 ? value + (1 << size) - 1 : value, size);
}

function bitSize(value: number): number {
  return value === 0 ? 0 : 32 - Math.clz32(Math.abs(value));
}

function writeCode(writer: BitWriter, table: ReadonlyMap<number, HuffmanCode>, symbol: number): void {
  const [code, length] = table.get(symbol) ?? [0, 0];
  writer.write(code, length);
}

function writeBlock(writer: BitWriter, coefficients: readonly number[], previousDc: number): number {
  const dc = coefficients[0] ?? 0;
  const size = bitSize(dc - previousDc);
  writeCode(writer, DC_TABLE, size);
  writeValue(writer, dc - previousDc, size);
  let zeros = 0;
  for (let index = 1; index < 64; index += 1) {
    const value = coefficients[index] ?? 0;
    if (value === 0) {
      zeros += 1;
      continue;
    }
    for (; zeros > 15; zeros -= 16) writeCode(writer, AC_TABLE, 0xf0);
    const length = bitSize(value);
    writeCode(writer, AC_TABLE, (zeros << 4) | length);
    writeValue(writer, value, length);
    zeros = 0;
  }
  if (zeros > 0) writeCode(writer, AC_TABLE, 0x00);
  return dc;
}

function segment(marker: number, body: readonly number[]): readonly number[] {
  const length = body.length + 2;
  return [0xff, marker, length >> 8, length & 0xff, ...body];
}

type Colour = readonly [red: number, green: number, blue: number];

/**
 * Encodes a square picture as JFIF.
 * @param size edge in pixels, a multiple of 8
 */
export function encodeJpeg(size: number, pixel: (x: number, y: number) => Colour): Buffer {
  const writer = new BitWriter();
  const previous = [0, 0, 0];
  for (let top = 0; top < size; top += BLOCK) {
    for (let left = 0; left < size; left += BLOCK) {
      const planes: [number[], number[], number[]] = [[], [], []];
      for (let y = top; y < top + BLOCK; y += 1) {
        for (let x = left; x < left + BLOCK; x += 1) {
          const [red, green, blue] = pixel(x, y);
          // JFIF 1.02, conversion to and from RGB; chrominance is around zero after the level shift
          planes[0].push(0.299 * red + 0.587 * green + 0.114 * blue - 128);
          planes[1].push(-0.1687 * red - 0.3313 * green + 0.5 * blue);
          planes[2].push(0.5 * red - 0.4187 * green - 0.0813 * blue);
        }
      }
      planes.forEach((plane, index) => {
        previous[index] = writeBlock(writer, transform(plane), previous[index] ?? 0);
      });
    }
  }
  writer.flush();
  const component = (id: number): readonly number[] => [id, 0x11, 0];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [...Buffer.from('JFIF\0', 'latin1'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xdb, [0, ...ZIGZAG.map(() => QUANTISER)]),
    ...segment(0xc0, [
      8,
      size >> 8,
      size & 0xff,
      size >> 8,
      size & 0xff,
      3,
      ...component(1),
      ...component(2),
      ...component(3),
    ]),
    ...segment(0xc4, [0x00, ...DC_COUNTS, ...DC_VALUES]),
    ...segment(0xc4, [0x10, ...AC_COUNTS, ...AC_VALUES]),
    ...segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    ...writer.bytes,
    ...[0xff, 0xd9],
  ]);
}

const GROUNDS: readonly Colour[] = [
  [70, 110, 160],
  [150, 90, 80],
  [80, 130, 90],
  [130, 100, 150],
  [170, 130, 70],
  [90, 100, 110],
];
const SKINS: readonly Colour[] = [
  [240, 208, 180],
  [214, 164, 124],
  [160, 110, 76],
  [104, 70, 50],
];
const CLOTHES: readonly Colour[] = [
  [40, 50, 70],
  [120, 40, 50],
  [235, 235, 230],
  [50, 90, 70],
];
export const PHOTO_SIZE = 64;
/** Every combination of ground, skin and clothes. */
export const PHOTO_COUNT = GROUNDS.length * SKINS.length * CLOTHES.length;

/** Photo number `index` (0 to {@link PHOTO_COUNT} - 1): a few kilobytes of JPEG, 64 by 64 pixels. */
export function portrait(index: number): Buffer {
  const ground = GROUNDS[index % GROUNDS.length] ?? [0, 0, 0];
  const skin = SKINS[Math.floor(index / GROUNDS.length) % SKINS.length] ?? [0, 0, 0];
  const cloth = CLOTHES[Math.floor(index / GROUNDS.length / SKINS.length) % CLOTHES.length] ?? [0, 0, 0];
  return encodeJpeg(PHOTO_SIZE, (x, y) => {
    if (((x - 32) / 11) ** 2 + ((y - 26) / 14) ** 2 < 1) return skin;
    if (((x - 32) / 26) ** 2 + ((y - 66) / 24) ** 2 < 1) return cloth;
    return ground;
  });
}
