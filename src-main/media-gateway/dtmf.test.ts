import { describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { DtmfSender, dtmfDurationMs, type EventPath } from './dtmf.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from './rtp.ts';

const g711: EventPath = { payloadType: 101, clockRateHz: 8_000, streamClockRateHz: 8_000 };

/** What the peer sees, on a clock that the test moves. */
class Bench {
  readonly clock = new TestClock();
  readonly stream = new OutgoingStream(this.nowMs());
  readonly wire: { readonly atMs: number; readonly packet: Buffer }[] = [];
  path: EventPath | undefined = g711;
  readonly sender = new DtmfSender({
    clock: this.clock,
    monotonicMs: () => this.nowMs(),
    stream: this.stream,
    path: () => this.path,
    transmit: (packet) => this.wire.push({ atMs: this.nowMs(), packet }),
  });

  nowMs(): number {
    return this.clock.now() - Date.UTC(2026, 0, 1);
  }

  /** A packet of voice from the renderer; goes to the wire unless a tone replaces it. */
  voice(sequence: number): void {
    const packet = Buffer.alloc(172);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(8, 1);
    packet.writeUInt16BE(sequence, 2);
    packet.writeUInt32BE(sequence * 160, 4);
    packet.writeUInt32BE(0xabcd, 8);
    if (this.stream.adopt(packet, this.nowMs())) this.wire.push({ atMs: this.nowMs(), packet });
  }

  get events(): readonly Buffer[] {
    return this.wire.map(({ packet }) => packet).filter((packet) => payloadTypeOf(packet) === 101);
  }
}

const isMarked = (packet: Buffer): boolean => packet.readUInt8(1) >= 0x80;
const isEnd = (packet: Buffer): boolean => packet.readUInt8(13) >= 0x80;
const duration = (packet: Buffer): number => packet.readUInt16BE(14);

describe('one digit on the wire', () => {
  test('updates every 20 ms with one timestamp, growing duration, three end packets, marker on the first', async () => {
    const bench = new Bench();
    bench.voice(500);
    const sent = bench.sender.send('5');
    await bench.clock.run(dtmfDurationMs('5'));
    await sent;
    const { events } = bench;
    expect(events.map(duration)).toEqual([160, 320, 480, 640, 800, 960, 960, 960]);
    expect(events.map(isEnd)).toEqual([false, false, false, false, false, true, true, true]);
    expect(events.map(isMarked)).toEqual([true, false, false, false, false, false, false, false]);
    expect(new Set(events.map(timestampOf))).toEqual(new Set([500 * 160]));
    expect(events.map(sequenceOf)).toEqual([501, 502, 503, 504, 505, 506, 507, 508]);
    expect(new Set(events.map(ssrcOf))).toEqual(new Set([0xabcd]));
    expect(events.map((packet) => packet.readUInt8(12))).toEqual(Array(8).fill(5));
    // -10 dBm0, reserved bit clear.
    expect(events[0]?.readUInt8(13)).toBe(10);
    expect(bench.wire.slice(1).map(({ atMs }) => atMs)).toEqual([0, 20, 40, 60, 80, 100, 120, 140]);
  });

  test('the timestamp is the time of the key, counted on from the last voice', async () => {
    const bench = new Bench();
    bench.voice(10);
    bench.clock.advance(250);
    void bench.sender.send('1');
    await bench.clock.run();
    expect(timestampOf(bench.events[0] ?? Buffer.alloc(12))).toBe(10 * 160 + 250 * 8);
  });

  test('durations follow the clock of the event format, not of the voice', async () => {
    const bench = new Bench();
    bench.path = { payloadType: 101, clockRateHz: 48_000, streamClockRateHz: 48_000 };
    void bench.sender.send('1');
    await bench.clock.run(1_000);
    expect(bench.events.map(duration)).toEqual([960, 1_920, 2_880, 3_840, 4_800, 5_760, 5_760, 5_760]);
  });

  test.each(
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'd'].map(
      (digit, event) => [digit, event] as const,
    ),
  )('digit %s is event %i', async (digit, event) => {
    const bench = new Bench();
    void bench.sender.send(digit);
    await bench.clock.run();
    expect(bench.events[0]?.readUInt8(12)).toBe(event);
  });
});

describe('voice and tones in one stream', () => {
  test('the tone replaces the voice, and the peer sees every sequence number once', async () => {
    const bench = new Bench();
    bench.voice(65_530);
    void bench.sender.send('12');
    for (let sequence = 65_531; sequence < 65_531 + 30; sequence += 1) {
      await bench.clock.run(20);
      bench.voice(sequence & 0xffff);
    }
    const sequences = bench.wire.map(({ packet }) => sequenceOf(packet));
    expect(sequences).toEqual(sequences.map((_, index) => (65_530 + index) & 0xffff));
    const types = bench.wire.map(({ packet }) => payloadTypeOf(packet));
    expect(types.filter((type) => type === 101)).toHaveLength(16);
    // No voice between the first and the last packet of a tone.
    const first = types.indexOf(101);
    expect(types.slice(first, first + 8)).toEqual(Array(8).fill(101));
    expect(types.at(-1)).toBe(8);
  });

  test('a tone before any voice starts a stream of its own', async () => {
    const bench = new Bench();
    void bench.sender.send('9');
    await bench.clock.run(1_000);
    const sequences = bench.events.map(sequenceOf);
    expect(sequences).toEqual(sequences.map((_, index) => ((sequences[0] ?? 0) + index) & 0xffff));
    expect(bench.events).toHaveLength(8);
  });
});

describe('the queue', () => {
  test('digits follow each other with a gap, and the promise settles after the last', async () => {
    const bench = new Bench();
    let done = false;
    void bench.sender.send('12').then(() => {
      done = true;
    });
    await bench.clock.run(dtmfDurationMs('12') - 1);
    expect(done).toBe(false);
    await bench.clock.run(1);
    expect(done).toBe(true);
    const starts = bench.wire.filter(({ packet }) => isMarked(packet)).map(({ atMs }) => atMs);
    expect(starts).toEqual([0, 200]);
    const [one, two] = bench.events.filter(isMarked).map(timestampOf);
    expect(((two ?? 0) - (one ?? 0)) >>> 0).toBe((starts[1] ?? 0) * 8);
    expect(bench.clock.pending).toBe(0);
  });

  test('a comma waits two seconds', async () => {
    const bench = new Bench();
    void bench.sender.send(',1');
    await bench.clock.run(1_999);
    expect(bench.events).toHaveLength(0);
    await bench.clock.run(1);
    expect(bench.events).toHaveLength(1);
  });

  test('a second call of send queues behind the first', async () => {
    const bench = new Bench();
    void bench.sender.send('1');
    void bench.sender.send('2');
    await bench.clock.run(1_000);
    expect(bench.events.filter(isMarked).map((packet) => packet.readUInt8(12))).toEqual([1, 2]);
  });

  test.each([['x'], ['1 2'], ['']])('refuses %j', async (digits) => {
    await expect(new Bench().sender.send(digits)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('refuses more than 64 waiting digits, and all when events were not negotiated', async () => {
    const bench = new Bench();
    const first = bench.sender.send('1'.repeat(60));
    await expect(bench.sender.send('12345')).rejects.toMatchObject({ code: 'limit' });
    bench.path = undefined;
    await expect(bench.sender.send('1')).rejects.toMatchObject({ code: 'unsupported' });
    bench.sender.stop();
    await expect(first).rejects.toMatchObject({ code: 'disconnected' });
  });

  test('stop ends a tone at once and leaves no timer', async () => {
    const bench = new Bench();
    const sent = bench.sender.send('123');
    await bench.clock.run(30);
    bench.sender.stop();
    await expect(sent).rejects.toMatchObject({ code: 'disconnected' });
    const before = bench.wire.length;
    await bench.clock.run(5_000);
    expect(bench.wire).toHaveLength(before);
    expect(bench.clock.pending).toBe(0);
    bench.voice(1);
    expect(bench.wire).toHaveLength(before + 1);
  });
});
