import type { SeededRandom } from './random.ts';

/** Values that parsers trip over. */
const oddTexts = [
  '',
  '-1',
  '0',
  '1',
  '4294967296',
  '9'.repeat(40),
  '%',
  '%00',
  '\0',
  '"',
  '<',
  '>',
  ';;',
  ',',
  '\r\n',
  ' ',
];
const oddBytes = [0x00, 0x0a, 0x0d, 0x20, 0x22, 0x3a, 0x3b, 0x3c, 0x7f, 0x80, 0xc3, 0xff];
/** Larger inputs are another matter: the limits of the wires have tests of their own. */
const mostBytes = 16_384;

type Mutation = (input: Buffer, random: SeededRandom, others: readonly Buffer[]) => Buffer;

function span(input: Buffer, random: SeededRandom): readonly [number, number] {
  const from = random.below(input.length + 1);
  return [from, Math.min(input.length, from + 1 + random.below(random.below(4) === 0 ? 200 : 8))];
}

function replaced(input: Buffer, from: number, to: number, by: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
}

const byteMutations: readonly Mutation[] = [
  (input, random) => {
    const copy = Buffer.from(input);
    if (copy.length > 0) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  (input, random) => {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.below(copy.length)] = random.pick(oddBytes);
    return copy;
  },
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  (input, random) => replaced(input, ...span(input, random), Buffer.alloc(0)),
  (input, random) => {
    const [from, to] = span(input, random);
    return replaced(input, to, to, input.subarray(from, to));
  },
  (input, random, others) => {
    const other = random.pick(others);
    return Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
];

/** Line by line: what headers of SIP and lines of SDP are. */
const lineMutations: readonly Mutation[] = [
  (input, random) => {
    const lines = linesOf(input);
    lines.splice(random.below(lines.length), 1);
    return joined(lines);
  },
  (input, random) => {
    const lines = linesOf(input);
    const line = random.pick(lines);
    for (let count = random.below(4) === 0 ? 50 : 1; count > 0; count -= 1)
      lines.splice(random.below(lines.length + 1), 0, line);
    return joined(lines);
  },
  (input, random) => {
    const lines = linesOf(input);
    const [line = ''] = lines.splice(random.below(lines.length), 1);
    lines.splice(random.below(lines.length + 1), 0, line);
    return joined(lines);
  },
  (input, random, others) => {
    const lines = linesOf(input);
    lines.splice(random.below(lines.length), random.below(2), random.pick(linesOf(random.pick(others))));
    return joined(lines);
  },
  (input, random) => {
    const text = input.toString('latin1');
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return input;
    const number = random.pick(numbers);
    const to = number.index + number[0].length;
    return replaced(input, number.index, to, Buffer.from(random.pick(oddTexts)));
  },
  (input, random) => {
    const text = input.toString('latin1');
    const parts = [...text.matchAll(/[^\s:;=,<>"@]+/g)];
    if (parts.length === 0) return input;
    const part = random.pick(parts);
    const by = random.below(2) === 0 ? random.pick(oddTexts) : random.pick(parts)[0].repeat(1 + random.below(3));
    return replaced(input, part.index, part.index + part[0].length, Buffer.from(by, 'latin1'));
  },
];

function linesOf(input: Buffer): string[] {
  return input.toString('latin1').split('\r\n');
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** One to four changes to one of the seeds; `kind` says what the inputs are made of. */
export function mutate(seeds: readonly Buffer[], kind: 'text' | 'bytes', random: SeededRandom): Buffer {
  const mutations = kind === 'text' ? [...byteMutations, ...lineMutations, ...lineMutations] : byteMutations;
  let input = random.pick(seeds);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    input = random.pick(mutations)(input, random, seeds).subarray(0, mostBytes);
  }
  return input;
}
