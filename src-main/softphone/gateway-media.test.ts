import { beforeEach, describe, expect, test } from 'vitest';
import type { CallInput, CallOutput, RendererCall } from '../../src-shared/contract/contract.ts';
import type { RendererCodec } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import type { MediaGatewaySessions, MediaSession } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia } from './call-media.ts';
import { GatewayMediaFactory } from './gateway-media.ts';

/** What was asked of whom, in order. */
let steps: string[];
let knowsLeg: boolean;
let keepsLeg: boolean;
let attachError: AppError | undefined;
let media: CallMedia;

let offered: readonly string[];
let optionalCodecs: readonly OptionalCodec[];
let known: readonly RendererCodec[] | undefined;

const gateway: Pick<MediaGatewaySessions, 'openSession' | 'attach' | 'connectRenderer' | 'optionalCodecs'> = {
  get optionalCodecs() {
    return optionalCodecs;
  },
  openSession: ({ callId, audioCodecs }) => {
    offered = audioCodecs;
    return { callId } as MediaSession;
  },
  attach: (_callId, legId) => {
    steps.push(`attach ${legId}`);
    if (attachError !== undefined) return Promise.reject(attachError);
    return knowsLeg ? Promise.resolve() : Promise.reject(new AppError('notFound', 'No such leg.'));
  },
  connectRenderer: (_callId, sdp) => {
    steps.push(`connect ${sdp}`);
    return Promise.resolve({ answerSdp: 'answer' });
  },
};

const window: Pick<WindowMedia, 'codecs' | 'ask'> = {
  codecs: () => known,
  ask: <Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> => {
    const isFresh = input !== null && 'fresh' in input && input.fresh;
    steps.push(isFresh ? `${name} fresh` : name);
    const answer = name === 'media.offer' ? (keepsLeg && !isFresh ? { legId: 'warm-1' } : { sdp: 'offer' }) : null;
    // The table above holds what the contract says for each name.
    return Promise.resolve(answer as CallOutput<Name>);
  },
};

beforeEach(() => {
  steps = [];
  knowsLeg = true;
  keepsLeg = true;
  attachError = undefined;
  optionalCodecs = [];
  known = undefined;
  media = open(['PCMA']);
});

function open(audioCodecs: readonly string[]): CallMedia {
  return new GatewayMediaFactory(gateway as MediaGatewaySessions, window as WindowMedia, () => audioCodecs, {
    mode: 'never',
    keysAreSecret: false,
  }).open('call-1', '192.0.2.7');
}

describe('the codecs of a call', () => {
  const all = ['G729', 'PCMA', 'iLBC', 'opus', 'telephone-event', 'CN'];
  const ofWindow = (...names: string[]): RendererCodec[] =>
    names.map((name) => ({ kind: 'audio', name, clockRateHz: 8_000, channels: 1 }));

  test('are those of the account that the window has, in their order', () => {
    known = ofWindow('opus', 'PCMA', 'PCMU', 'telephone-event');
    open(all);
    expect(offered).toEqual(['PCMA', 'opus', 'telephone-event']);
  });

  test('have the optional ones once their library was found, and never otherwise', () => {
    open(all);
    expect(offered).toEqual(['PCMA', 'opus', 'telephone-event', 'CN']);
    optionalCodecs = [
      { name: 'G729', available: true, library: '/usr/lib/libbcg729.so.0' },
      { name: 'iLBC', available: false },
    ];
    open(all);
    expect(offered).toEqual(['G729', 'PCMA', 'opus', 'telephone-event', 'CN']);
  });

  test('that are all away make no call, and it is said why', () => {
    expect(() => open(['G729', 'telephone-event'])).toThrow('None of the codecs that are switched on is available');
  });
});

describe('the leg of the window', () => {
  test('that is connected already is given to the call, and nothing else is asked', async () => {
    expect(await media.connectWindow()).toBe('connected');
    expect(steps).toEqual(['media.offer', 'attach warm-1']);
  });

  test('is made by offer and answer where none is kept', async () => {
    keepsLeg = false;
    expect(await media.connectWindow()).toBe('connected');
    expect(steps).toEqual(['media.offer', 'connect offer', 'media.answer']);
  });

  test('is made anew when the gateway has started anew since', async () => {
    knowsLeg = false;
    expect(await media.connectWindow()).toBe('connected');
    expect(steps).toEqual(['media.offer', 'attach warm-1', 'media.offer fresh', 'connect offer', 'media.answer']);
  });

  test('does not come when the gateway is away', async () => {
    attachError = new AppError('media', 'The media gateway is not running.');
    await expect(media.connectWindow()).rejects.toThrow('not running');
    expect(steps).toEqual(['media.offer', 'attach warm-1']);
  });
});
