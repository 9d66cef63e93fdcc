import { afterEach, describe, expect, test } from 'vitest';
import { decodeMuLaw, encodeMuLaw } from './g711.ts';
import { findG729Library, g729Frame, type G729Library } from './g729-library.ts';
import { G729Translation } from './g729-translation.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { payloadTypeOf, rtpHeaderBytes, sequenceOf, timestampOf } from './rtp.ts';

const search = findG729Library('');
const { library } = search;
if (library === undefined) {
  console.warn(`G.729 is not tested: bcg729 (Debian: libbcg729-0) is not on this computer, ${search.reason}`);
}

const hz = 440;
const rateHz = 8_000;

/** A packet of the renderer: mu law of a tone. */
function tone(sequence: number, timestamp: number, samples = 160, marker = false): Buffer {
  const packet = Buffer.alloc(rtpHeaderBytes + samples);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(marker ? 0x80 : 0, 1);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(77, 8);
  for (let at = 0; at < samples; at += 1) {
    const value = 8_000 * Math.sin((2 * Math.PI * hz * (timestamp + at)) / rateHz);
    packet.writeUInt8(encodeMuLaw(Math.round(value)), rtpHeaderBytes + at);
  }
  return packet;
}

function packetOf(payload: Buffer, sequence: number, timestamp: number): Buffer {
  const header = tone(sequence, timestamp, 0);
  return Buffer.concat([header, payload]);
}

/** Which share of the energy lies at the tone, 0 to 1. */
function toneShare(bytes: Buffer): number {
  const samples = Array.from(bytes, decodeMuLaw);
  let [sine, cosine, energy] = [0, 0, 0];
  samples.forEach((sample, at) => {
    const phase = (2 * Math.PI * hz * at) / rateHz;
    sine += sample * Math.sin(phase);
    cosine += sample * Math.cos(phase);
    energy += sample * sample;
  });
  return energy === 0 ? 0 : (2 * (sine * sine + cosine * cosine)) / samples.length / energy;
}

function rms(bytes: Buffer): number {
  const samples = Array.from(bytes, decodeMuLaw);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

describe('mu law', () => {
  test('every code decodes to a value that encodes to it again', () => {
    // 0x7f is minus nothing, which is written as plus nothing.
    for (let byte = 0; byte < 256; byte += 1) {
      if (byte !== 0x7f) expect(encodeMuLaw(decodeMuLaw(byte))).toBe(byte);
    }
    expect(decodeMuLaw(0x00)).toBe(-32_124);
    expect(encodeMuLaw(32_767)).toBe(0x80);
    expect(encodeMuLaw(-32_768)).toBe(0x00);
  });
});

describe('the search for the library', () => {
  test('a path that leads nowhere is nothing found; a library that is another is named', () => {
    expect(findG729Library('/nowhere/libbcg729.so.0')).toMatchObject({ path: '' });
    const other = findG729Library('libc.so.6', 'linux');
    if (process.platform === 'linux') expect(other).toMatchObject({ path: 'libc.so.6' });
    expect(other.library).toBeUndefined();
  });

  test('a file that is no library is named', () => {
    const search = findG729Library(import.meta.filename);
    expect(search).toMatchObject({ path: import.meta.filename });
  });
});

describe.skipIf(library === undefined)('G.729 by the real library', () => {
  const open: G729Translation[] = [];
  const translation = (ptimeMs?: number): G729Translation => {
    // Skipped without it.
    const made = new G729Translation(library as G729Library, ptimeMs);
    open.push(made);
    return made;
  };
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  /** Frames of G.729 for that many packets of 20 ms. */
  function encoded(packets: number): readonly Buffer[] {
    const encoder = translation();
    return Array.from({ length: packets }, (_none, index) => encoder.toPeer(tone(index, index * 160)))
      .flat()
      .map(({ payload }) => payload);
  }

  test('a tone survives both ways, with the same timestamps and 20 bytes for 20 ms', () => {
    const [there, back] = [translation(), translation()];
    const heard: Buffer[] = [];
    for (let index = 0; index < 50; index += 1) {
      const [made, ...more] = there.toPeer(tone(500 + index, 4_000 + index * 160));
      expect(more).toEqual([]);
      expect(made).toMatchObject({ timestamp: 4_000 + index * 160 });
      expect(made?.payload).toHaveLength(20);
      const [voice] = back.toRenderer(packetOf(made?.payload ?? Buffer.of(), index, made?.timestamp ?? 0)) ?? [];
      expect(sequenceOf(voice ?? Buffer.alloc(4))).toBe(index);
      heard.push(voice?.subarray(rtpHeaderBytes) ?? Buffer.of());
    }
    expect(toneShare(Buffer.concat(heard).subarray(800))).toBeGreaterThan(0.8);
  });

  test.each([
    [10, [10, 10]],
    [30, [30]],
    [40, [40]],
    [1, [10, 10]],
    [400, []],
  ])('packets have the %i ms that the peer asks for, as far as that makes sense', (ptimeMs, bytes) => {
    const made = translation(ptimeMs);
    const out = [...made.toPeer(tone(1, 0, 160, true)), ...made.toPeer(tone(2, 160))].slice(0, ptimeMs < 20 ? 2 : 1);
    expect(out.map(({ payload }) => payload.length)).toEqual(bytes);
    if (out.length > 0) expect(out.map(({ timestamp }) => timestamp)).toEqual(bytes.map((_one, at) => at * 80));
    if (out.length > 0) expect(out.map(({ marker }) => marker)).toEqual(bytes.map((_one, at) => at === 0));
  });

  test('after a pause of the renderer a new packet begins with what was said then', () => {
    const made = translation(30);
    expect(made.toPeer(tone(1, 0))).toEqual([]);
    expect(made.toPeer(tone(2, 80_000, 160, true))).toEqual([]);
    const [first] = made.toPeer(tone(3, 80_160));
    expect(first).toMatchObject({ timestamp: 80_000, marker: true });
    expect(first?.payload).toHaveLength(30);
  });

  test('lost packets are concealed in their places, with sound that goes on', () => {
    const frames = encoded(30);
    const decoder = translation();
    const out: Buffer[] = [];
    frames.forEach((payload, index) => {
      if (index === 20 || index === 21) return;
      out.push(...(decoder.toRenderer(packetOf(payload, 65_530 + index, index * 160)) ?? []));
    });
    expect(out.map((packet) => timestampOf(packet))).toEqual(frames.map((_frame, index) => index * 160));
    expect(out.map((packet) => sequenceOf(packet))).toEqual(frames.map((_frame, index) => (65_530 + index) & 0xffff));
    const loudness = out.map((packet) => rms(packet.subarray(rtpHeaderBytes)));
    const usual = loudness[19] ?? 0;
    expect(usual).toBeGreaterThan(1_000);
    // It fades, as G.729 section 4.4 has it, but it is no hole.
    expect(Math.min(...loudness.slice(20, 22))).toBeGreaterThan(usual / 8);
  });

  test('a packet that comes after its place was concealed is left out; a long gap is not filled', () => {
    const frames = encoded(4);
    const decoder = translation();
    const take = (index: number, sequence: number, timestamp: number): number | undefined =>
      decoder.toRenderer(packetOf(frames[index] ?? Buffer.of(), sequence, timestamp))?.length;
    expect(take(0, 1, 0)).toBe(1);
    expect(take(1, 3, 320)).toBe(2);
    expect(take(2, 2, 160)).toBe(0);
    expect(take(3, 40, 6_240)).toBe(1);
    // They were silent meanwhile: numbers are missing, but more time went by than those packets had.
    expect(take(3, 42, 50_000)).toBe(1);
  });

  test.each([[0], [1], [9], [11], [13], [110]])('a payload of %i bytes is no G.729 and goes nowhere', (bytes) => {
    expect(translation().toRenderer(packetOf(Buffer.alloc(bytes), 1, 0))).toBeUndefined();
  });

  test('a frame of noise of annex B, which we do not ask for, is heard as noise all the same', () => {
    const [voice] = encoded(1);
    const decoder = translation();
    const out = decoder.toRenderer(packetOf(Buffer.concat([voice ?? Buffer.of(), Buffer.from([0x12, 0x34])]), 1, 0));
    expect(out?.[0]).toHaveLength(rtpHeaderBytes + 3 * g729Frame.samples);
  });

  test('numbers go on without a gap when packets are longer, and when the codec changes to a relayed one', () => {
    const stream = new OutgoingStream(0);
    const made = translation(40);
    const sent: Buffer[] = [];
    for (let index = 0; index < 6; index += 1) {
      const source = tone(index * 3, index * 160);
      for (const one of made.toPeer(source)) {
        const packet = stream.translated(source, { ...one, payloadType: 18 }, index * 20);
        if (packet) sent.push(packet);
      }
    }
    const relayed = tone(16, 960);
    stream.adopt(relayed, 120);
    const numbers = [...sent, relayed].map((packet) => sequenceOf(packet));
    expect(numbers.map((number) => (number - (numbers[0] ?? 0)) & 0xffff)).toEqual([0, 1, 2, 3]);
    expect(sent.map((packet) => payloadTypeOf(packet))).toEqual([18, 18, 18]);
  });
});
