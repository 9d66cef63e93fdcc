import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Mixer } from './mixer.ts';
import type { MixMember, MixRecording } from './mixer.ts';

/**
 * A graph of sound that is looked at instead of heard: every source is a voice at full scale, and a limiter obeys its
 * threshold and ratio. Real sound is measured in e2e/specs/window-mixing.spec.ts.
 */
class FakeNode {
  readonly kind: string;
  readonly context: FakeContext;
  readonly gain = { value: 1 };
  readonly threshold = { value: 0 };
  readonly ratio = { value: 1 };
  readonly knee = { value: 0 };
  readonly attack = { value: 0 };
  readonly release = { value: 0 };
  readonly stream = { getAudioTracks: () => [this] };
  #outputs = new Set<FakeNode>();

  constructor(context: FakeContext, kind: string) {
    this.context = context;
    this.kind = kind;
    context.nodes.push(this);
  }

  connect(next: FakeNode): void {
    // As a browser refuses it.
    if (next.context !== this.context) throw new DOMException('another context', 'InvalidAccessError');
    this.#outputs.add(next);
  }

  disconnect(): void {
    this.#outputs.clear();
  }

  get inputs(): readonly FakeNode[] {
    return this.context.nodes.filter((node) => node.#outputs.has(this));
  }

  /** Peak of all voices at once, which a limiter holds down. */
  get peak(): number {
    const sum = this.isSource ? 1 : this.inputs.reduce((peak, node) => peak + node.peak, 0);
    if (this.kind !== 'limiter') return sum * this.gain.value;
    const aboveDb = Math.max(0, 20 * Math.log10(sum) - this.threshold.value);
    return sum * 10 ** ((aboveDb / this.ratio.value - aboveDb) / 20);
  }

  /** Names of the sources that reach it. */
  get heard(): readonly string[] {
    return this.isSource ? [this.kind] : [...new Set(this.inputs.flatMap((node) => node.heard))].sort();
  }

  private get isSource(): boolean {
    return !['limiter', 'gain', 'destination', 'recording'].includes(this.kind);
  }
}

class FakeContext {
  readonly state = 'running';
  readonly nodes: FakeNode[] = [];

  constructor() {
    contexts.add(this);
  }

  createDynamicsCompressor = () => new FakeNode(this, 'limiter');
  createGain = () => new FakeNode(this, 'gain');
  createMediaStreamDestination = () => new FakeNode(this, 'destination');
  createMediaStreamSource = ({ name }: { readonly name: string }) => new FakeNode(this, name);

  close(): Promise<void> {
    contexts.delete(this);
    return Promise.resolve();
  }
}

const contexts = new Set<FakeContext>();

class Member implements MixMember {
  readonly microphone = { id: 'me' } as MediaStreamTrack;
  readonly remote: MediaStreamTrack;
  /** What is sent in place of the microphone. */
  mix: FakeNode | undefined;

  constructor(id: string) {
    this.remote = { id } as MediaStreamTrack;
  }

  sendMix(mix: MediaStreamTrack | undefined): Promise<void> {
    this.mix = mix as unknown as FakeNode | undefined;
    return Promise.resolve();
  }
}

class FakeRecording implements MixRecording {
  nodes: { readonly input: FakeNode; readonly notice: FakeNode } | undefined;

  attach(context: AudioContext) {
    const fake = context as unknown as FakeContext;
    this.nodes ??= { input: new FakeNode(fake, 'recording'), notice: new FakeNode(fake, 'notice') };
    return this.nodes as unknown as ReturnType<MixRecording['attach']>;
  }
}

const failed = vi.fn();
let mixer: Mixer;

beforeEach(() => {
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal(
    'MediaStream',
    class {
      readonly name: string | undefined;
      constructor([track]: readonly MediaStreamTrack[]) {
        this.name = track?.id;
      }
    },
  );
  mixer = new Mixer(failed);
});
afterEach(() => {
  vi.unstubAllGlobals();
  contexts.clear();
  expect(failed).not.toHaveBeenCalled();
});

const members = (...names: string[]): Member[] => names.map((name) => new Member(name));

test('four calls hear this person and each other, and no sum of their voices clips', () => {
  const four = members('one', 'two', 'three', 'four');
  mixer.set([{ members: four, recordings: [] }]);
  expect(four[0]?.mix?.heard).toEqual(['four', 'me', 'three', 'two']);
  expect(four[3]?.mix?.heard).toEqual(['me', 'one', 'three', 'two']);
  for (const { mix } of four) {
    expect(mix?.peak).toBeGreaterThan(0.3);
    expect(mix?.peak).toBeLessThan(1);
  }
  mixer.set([]);
  expect(four.map(({ mix }) => mix)).toEqual([undefined, undefined, undefined, undefined]);
  expect([...contexts]).toEqual([]);
});

test('a recording goes on in its audio context while all that it is of is on hold', () => {
  const recording = new FakeRecording();
  const [one, two] = members('one', 'two') as [Member, Member];
  mixer.set([{ members: [one], recordings: [recording] }]);
  expect(recording.nodes?.input.heard).toEqual(['me', 'one']);
  expect(one.mix?.heard).toEqual(['me', 'notice']);

  mixer.set([{ members: [], recordings: [recording] }]);
  expect(recording.nodes?.input.heard).toEqual([]);
  // Another call meanwhile is no part of it.
  mixer.set([
    { members: [], recordings: [recording] },
    { members: [two], recordings: [] },
  ]);
  expect(two.mix?.heard).toEqual(['me']);

  mixer.set([{ members: [one, two], recordings: [recording] }]);
  expect(recording.nodes?.input.heard).toEqual(['me', 'one', 'two']);
  expect(one.mix?.heard).toEqual(['me', 'notice', 'two']);
  expect(two.mix?.heard).toEqual(['me', 'notice', 'one']);
  mixer.set([]);
  expect(mixer.isResting).toBe(true);
});

test('two recordings of one conference are both of all, and the others hear one notice', () => {
  const [first, second] = [new FakeRecording(), new FakeRecording()];
  const [one, two] = members('one', 'two') as [Member, Member];
  mixer.set([
    { members: [one], recordings: [first] },
    { members: [two], recordings: [second] },
  ]);
  mixer.set([{ members: [one, two], recordings: [first, second] }]);
  expect(first.nodes?.input.heard).toEqual(['me', 'one', 'two']);
  expect(second.nodes?.input.heard).toEqual(['me', 'one', 'two']);
  expect(one.mix?.inputs[0]?.inputs[0]?.inputs.filter(({ kind }) => kind === 'notice')).toHaveLength(1);
});
