/** One call of a mix. */
export interface MixMember {
  /** What this person says into the call; undefined until the microphone is open. */
  readonly microphone: MediaStreamTrack | undefined;
  /** What the far end says; undefined until it sends. */
  readonly remote: MediaStreamTrack | undefined;
  /** Sends the mix in place of the microphone; undefined: the microphone again. */
  sendMix(mix: MediaStreamTrack | undefined): Promise<void>;
}

/** Records what a group says; the notice goes to all far ends. */
export interface MixRecording {
  attach(context: AudioContext): { readonly input: AudioNode; readonly notice: AudioNode };
}

/** Calls that hear each other; a single one where it is only recorded, none while what is recorded is on hold. */
export interface MixGroup {
  readonly members: readonly MixMember[];
  readonly recordings: readonly MixRecording[];
}

/** Four talkers at full scale add up to 12 dB over it; the limiter holds their sum below. In dB. */
const limiterThresholdDb = -6;
const limiterRatio = 20;
const limiterAttackS = 0.002;
const limiterReleaseS = 0.15;
/**
 * DynamicsCompressorNode lifts everything by 0.6 of what it takes from a sound at full scale (Web Audio API 1.1,
 * "makeup gain"); a voice alone is to be as loud in a mix as outside.
 */
const makeupDb = 0.6 * (-limiterThresholdDb - -limiterThresholdDb / limiterRatio);

/** What keeps a sum of voices from clipping and leaves a voice alone as it was. */
export function createLimiter(context: BaseAudioContext): { readonly input: AudioNode; readonly output: AudioNode } {
  const limiter = context.createDynamicsCompressor();
  limiter.threshold.value = limiterThresholdDb;
  limiter.knee.value = 0;
  limiter.ratio.value = limiterRatio;
  limiter.attack.value = limiterAttackS;
  limiter.release.value = limiterReleaseS;
  const trim = context.createGain();
  trim.gain.value = 10 ** (-makeupDb / 20);
  limiter.connect(trim);
  return { input: limiter, output: trim };
}

/** The nodes of one member, which stay while others come and go. */
class MemberNodes {
  readonly input: AudioNode;
  readonly destination: MediaStreamAudioDestinationNode;
  readonly #context: AudioContext;
  readonly #output: AudioNode;
  #microphone: { readonly track: MediaStreamTrack; readonly node: MediaStreamAudioSourceNode } | undefined;
  #remote: { readonly track: MediaStreamTrack; readonly node: MediaStreamAudioSourceNode } | undefined;

  constructor(context: AudioContext) {
    this.#context = context;
    const { input, output } = createLimiter(context);
    this.destination = context.createMediaStreamDestination();
    // Telephones have one ear.
    this.destination.channelCount = 1;
    output.connect(this.destination);
    this.input = input;
    this.#output = output;
  }

  microphone(track: MediaStreamTrack | undefined): AudioNode | undefined {
    this.#microphone = this.#source(this.#microphone, track);
    return this.#microphone?.node;
  }

  remote(track: MediaStreamTrack | undefined): AudioNode | undefined {
    this.#remote = this.#source(this.#remote, track);
    return this.#remote?.node;
  }

  /** Nothing of it sounds any more. */
  end(): void {
    this.#microphone?.node.disconnect();
    this.#remote?.node.disconnect();
    this.#output.disconnect();
  }

  #source(
    current: { readonly track: MediaStreamTrack; readonly node: MediaStreamAudioSourceNode } | undefined,
    track: MediaStreamTrack | undefined,
  ) {
    // Whatever it fed is decided anew.
    current?.node.disconnect();
    if (track === undefined) return undefined;
    if (current?.track === track) return current;
    return { track, node: this.#context.createMediaStreamSource(new MediaStream([track])) };
  }
}

/**
 * Mixes calls on this computer: every member of a group hears this person and the other members, never itself.
 *
 *   resting --first group--> mixing --last group gone--> resting (the audio context is closed)
 *
 * A recording belongs to the audio context that it began in: a group that is only recorded keeps it, members or none.
 *
 * A member that leaves sends its microphone again. Chromium lets a remote track flow into WebAudio only while an
 * element plays it: AudioOutput does, muted or not.
 */
export class Mixer {
  #context: AudioContext | undefined;
  readonly #nodes = new Map<MixMember, MemberNodes>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get isResting(): boolean {
    return this.#context === undefined;
  }

  /** Makes it so. Call it again with the same groups when a member's microphone or far end is another one. */
  set(groups: readonly MixGroup[]): void {
    const wanted = new Set(groups.flatMap((group) => group.members));
    for (const [member, nodes] of this.#nodes) {
      if (wanted.has(member)) continue;
      this.#nodes.delete(member);
      nodes.end();
      member.sendMix(undefined).catch(this.#failed);
    }
    if (groups.length === 0) {
      this.#context?.close().catch(this.#failed);
      this.#context = undefined;
      return;
    }
    const context = (this.#context ??= new AudioContext());
    // A page that nobody has touched yet may be held back; a call that was answered was touched.
    if (context.state === 'suspended') context.resume().catch(this.#failed);
    for (const recording of new Set(groups.flatMap((group) => group.recordings))) {
      recording.attach(context).notice.disconnect();
    }
    for (const group of groups) this.#connect(context, group);
  }

  #connect(context: AudioContext, group: MixGroup): void {
    const members = group.members.map((member) => {
      const nodes = this.#nodes.get(member) ?? new MemberNodes(context);
      this.#nodes.set(member, nodes);
      return { member, nodes, microphone: nodes.microphone(member.microphone), remote: nodes.remote(member.remote) };
    });
    const recordings = group.recordings.map((recording) => recording.attach(context));
    for (const { input } of recordings) {
      // Each call has its own copy of the one microphone: one of them is enough.
      members.find(({ microphone }) => microphone !== undefined)?.microphone?.connect(input);
      for (const { remote } of members) remote?.connect(input);
    }
    for (const { member, nodes, microphone } of members) {
      // One notice says it, however many files are written.
      recordings[0]?.notice.connect(nodes.input);
      microphone?.connect(nodes.input);
      for (const other of members) if (other.member !== member) other.remote?.connect(nodes.input);
      member.sendMix(nodes.destination.stream.getAudioTracks()[0]).catch(this.#failed);
    }
  }
}
