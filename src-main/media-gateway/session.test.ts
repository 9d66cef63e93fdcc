import { describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import type { MediaKind, MediaSessionOptions } from './media.ts';
import type { GatewayMethod, GatewayParams, GatewayResult, StreamConfig } from './protocol.ts';
import { parseSdp, type SdpMedia } from './sdp.ts';
import { RtpMediaSession, type GatewayRequest } from './session.ts';

/** The gateway process as the wire shows it: ports on demand, and a record of what it was asked. */
class FakeProcess {
  readonly asked: GatewayMethod[] = [];
  streams: readonly StreamConfig[] = [];
  isDead = false;
  #firstPort = 16_400;
  #ports: Partial<Record<MediaKind, number>> = {};

  readonly request: GatewayRequest = (method, params) => {
    this.asked.push(method);
    if (this.isDead) return Promise.reject(new AppError('media', 'gone'));
    return Promise.resolve(this.#answer(method, params) as GatewayResult<typeof method>);
  };

  die(): void {
    this.#ports = {};
    this.#firstPort += 100;
    this.streams = [];
  }

  #answer(method: GatewayMethod, params: GatewayParams<GatewayMethod>): unknown {
    if (method === 'open' && params !== null && 'kinds' in params) {
      for (const kind of params.kinds) this.#ports[kind] ??= this.#firstPort + (kind === 'audio' ? 0 : 2);
      return { ports: { ...this.#ports } };
    }
    if (method === 'configure' && params !== null && 'streams' in params) this.streams = params.streams;
    return null;
  }
}

function session(options: Partial<MediaSessionOptions> = {}): { media: RtpMediaSession; process: FakeProcess } {
  const process = new FakeProcess();
  const media = new RtpMediaSession(
    {
      callId: 'call',
      localAddress: '192.0.2.1',
      kinds: ['audio'],
      audioCodecs: ['opus', 'G722', 'PCMA', 'PCMU', 'telephone-event'],
      ...options,
    },
    process.request,
    () => undefined,
  );
  return { media, process };
}

const bothKinds = { kinds: ['audio', 'video'], videoCodecs: ['H264', 'VP8'] } as const;

function remote(...lines: readonly string[]): string {
  return ['v=0', 'o=- 7 1 IN IP4 198.51.100.2', 's=-', 'c=IN IP4 198.51.100.2', 't=0 0', ...lines, ''].join('\r\n');
}
const g711Answer = remote('m=audio 30000 RTP/AVP 8 101', 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv');

function mediaOf(sdp: string): readonly SdpMedia[] {
  const result = parseSdp(sdp);
  if (!result.ok) throw new Error(result.reason);
  return result.description.media;
}
function origin(sdp: string): { sessionId: string; version: string } {
  const result = parseSdp(sdp);
  if (!result.ok) throw new Error(result.reason);
  return result.description.origin;
}
const names = (media: SdpMedia | undefined): readonly string[] => (media?.codecs ?? []).map(({ name }) => name);

describe('an outgoing call', () => {
  test('offers every codec in order, with events for each clock, on the ports of the process', async () => {
    const { media } = session(bothKinds);
    const [audio, video] = mediaOf(await media.createOffer());
    expect(audio).toMatchObject({ port: 16_400, address: '192.0.2.1', direction: 'sendrecv', rtcpPort: 16_401 });
    expect(names(audio)).toEqual(['opus', 'G722', 'PCMA', 'PCMU', 'telephone-event', 'telephone-event']);
    expect(names(video)).toEqual(['H264', 'VP8']);
    expect(video?.feedback).toContain('97 nack pli');
    expect(media.state).toBe('offered');
  });

  test('the answer decides codec, numbers, address and events', async () => {
    const { media, process } = session();
    await media.createOffer();
    const negotiated = await media.acceptAnswer(
      remote(
        'm=audio 30000 RTP/AVP 120 96',
        'a=rtpmap:120 OPUS/48000/2',
        'a=rtpmap:96 telephone-event/8000',
        'a=rtcp:30009',
      ),
    );
    expect(negotiated.audio).toMatchObject({
      codec: 'opus',
      payloadType: 120,
      telephoneEvent: 96,
      direction: 'sendrecv',
    });
    expect(process.streams).toMatchObject([
      {
        kind: 'audio',
        remote: { address: '198.51.100.2', rtpPort: 30_000, rtcpPort: 30_009 },
        send: true,
        receive: true,
        event: { payloadType: 96, clockRateHz: 8_000 },
      },
    ]);
    // We still listen on the numbers of our offer (RFC 3264 section 5.1).
    expect(process.streams[0]?.codecs[0]).toMatchObject({ localPayloadType: 111, remotePayloadType: 120 });
    expect(media.state).toBe('live');
  });

  test('a second answer (183, then 200) replaces the first', async () => {
    const { media, process } = session();
    await media.createOffer();
    await media.acceptAnswer(g711Answer);
    await media.acceptAnswer(remote('m=audio 40000 RTP/AVP 9'));
    expect(process.streams[0]?.remote?.rtpPort).toBe(40_000);
    expect(process.streams[0]?.codecs[0]?.name).toBe('G722');
  });

  test('a refused video line leaves the call with sound only', async () => {
    const { media, process } = session(bothKinds);
    await media.createOffer();
    const negotiated = await media.acceptAnswer(remote('m=audio 30000 RTP/AVP 8', 'm=video 0 RTP/AVP 97'));
    expect(negotiated.video).toBeUndefined();
    expect(process.streams.map(({ kind }) => kind)).toEqual(['audio']);
  });

  test('H264 is accepted by its number when the phone leaves the fmtp out; feedback is seen', async () => {
    const { media } = session(bothKinds);
    await media.createOffer();
    const negotiated = await media.acceptAnswer(
      remote('m=audio 30000 RTP/AVP 8', 'm=video 30002 RTP/AVP 97', 'a=rtpmap:97 H264/90000', 'a=rtcp-fb:* ccm fir'),
    );
    expect(negotiated.video).toMatchObject({ codec: 'H264', rtcpFeedback: true });
    expect(negotiated.video?.fmtp).toContain('packetization-mode=1');
  });

  test.each<[string, string, string]>([
    ['no codec of ours', remote('m=audio 30000 RTP/AVP 18'), 'unsupported'],
    ['only events', remote('m=audio 30000 RTP/AVP 101', 'a=rtpmap:101 telephone-event/8000'), 'unsupported'],
    ['every line refused', remote('m=audio 0 RTP/AVP 8'), 'unsupported'],
    ['fewer lines than offered', remote(), 'unsupported'],
    ['SRTP', remote('m=audio 30000 RTP/SAVP 8'), 'media'],
    ['another kind in the first line', remote('m=video 30000 RTP/AVP 97', 'a=rtpmap:97 H264/90000'), 'unsupported'],
    ['rubbish', 'hello', 'invalid'],
  ])('an answer with %s is refused in words', async (_name, answer, code) => {
    const { media, process } = session();
    await media.createOffer();
    await expect(media.acceptAnswer(answer)).rejects.toMatchObject({ name: 'AppError', code });
    expect(process.asked).not.toContain('configure');
    expect(media.state).toBe('offered');
  });

  test('an answer without an offer is refused', async () => {
    await expect(session().media.acceptAnswer(g711Answer)).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('an incoming call', () => {
  test('answers with our first choice, in the numbers of the offer', async () => {
    const { media, process } = session();
    const { sdp, negotiated } = await media.createAnswer(
      remote(
        'm=audio 30000 RTP/AVP 0 8 96 97',
        'a=rtpmap:96 opus/48000/2',
        'a=rtpmap:97 telephone-event/48000',
        'a=rtcp-mux',
      ),
    );
    const [audio] = mediaOf(sdp);
    expect(audio?.codecs.map(({ name, payloadType }) => [name, payloadType])).toEqual([
      ['opus', 96],
      ['telephone-event', 97],
    ]);
    expect(audio?.rtcpMux).toBe(true);
    expect(negotiated.audio).toMatchObject({ codec: 'opus', payloadType: 96, telephoneEvent: 97 });
    expect(process.streams[0]?.remote).toEqual({ address: '198.51.100.2', rtpPort: 30_000, rtcpPort: 30_000 });
    expect(media.state).toBe('live');
  });

  test('keeps the lines of the offer in their places and refuses what it cannot take', async () => {
    const { media } = session();
    const { sdp } = await media.createAnswer(
      remote(
        'm=image 5000 udptl t38',
        'm=audio 30000 RTP/SAVP 8',
        'm=audio 30002 RTP/AVP 8',
        'm=audio 30004 RTP/AVP 8',
        'm=video 30006 RTP/AVP 97',
        'a=rtpmap:97 H264/90000',
      ),
    );
    expect(mediaOf(sdp).map(({ type, port, protocol }) => [type, port, protocol])).toEqual([
      ['image', 0, 'udptl'],
      ['audio', 0, 'RTP/SAVP'],
      ['audio', 16_400, 'RTP/AVP'],
      ['audio', 0, 'RTP/AVP'],
      ['video', 0, 'RTP/AVP'],
    ]);
  });

  test('answers H264 in the packetization mode that was offered', async () => {
    const { media, process } = session(bothKinds);
    const { sdp } = await media.createAnswer(
      remote('m=audio 30000 RTP/AVP 8', 'm=video 30002 RTP/AVPF 99', 'a=rtpmap:99 H264/90000'),
    );
    expect(mediaOf(sdp)[1]?.codecs[0]).toMatchObject({ payloadType: 99, name: 'H264' });
    expect(mediaOf(sdp)[1]?.codecs[0]?.fmtp).toContain('packetization-mode=0');
    expect(mediaOf(sdp)[1]?.protocol).toBe('RTP/AVPF');
    expect(process.streams[1]?.feedback).toBe(true);
  });

  test.each<[string, string, string]>([
    ['only G729', remote('m=audio 30000 RTP/AVP 18'), 'unsupported'],
    ['only SRTP', remote('m=audio 30000 RTP/SAVP 8'), 'media'],
    ['no media', remote(), 'unsupported'],
    ['rubbish', 'v=0\r\n', 'invalid'],
  ])('refuses an offer of %s without opening ports', async (_name, offer, code) => {
    const { media, process } = session();
    await expect(media.createAnswer(offer)).rejects.toMatchObject({ name: 'AppError', code });
    expect(process.asked).toEqual([]);
    expect(media.state).toBe('new');
  });
});

describe('direction and hold', () => {
  test.each([
    ['sendrecv', 'sendrecv', true, true],
    ['sendonly', 'recvonly', false, true],
    ['recvonly', 'sendonly', true, false],
    ['inactive', 'inactive', false, false],
  ] as const)('an offer of %s is answered with %s', async (offered, answered, send, receive) => {
    const { media, process } = session();
    const { sdp, negotiated } = await media.createAnswer(remote('m=audio 30000 RTP/AVP 8', `a=${offered}`));
    expect(mediaOf(sdp)[0]?.direction).toBe(answered);
    expect(negotiated.audio?.direction).toBe(answered);
    expect(process.streams[0]).toMatchObject({ send, receive });
  });

  test('our hold offers sendonly and sends nothing; resume restores', async () => {
    const { media, process } = session();
    await media.createOffer();
    await media.acceptAnswer(g711Answer);
    media.setHold(true);
    expect(process.streams[0]).toMatchObject({ send: true });
    expect(mediaOf(await media.createOffer())[0]?.direction).toBe('sendonly');
    // A phone that ignores the direction and says sendrecv is held all the same.
    await media.acceptAnswer(g711Answer);
    expect(process.streams[0]).toMatchObject({ send: false, receive: false });
    media.setHold(false);
    expect(mediaOf(await media.createOffer())[0]?.direction).toBe('sendrecv');
    await media.acceptAnswer(g711Answer);
    expect(process.streams[0]).toMatchObject({ send: true, receive: true });
  });

  test('held from both ends is inactive', async () => {
    const { media } = session();
    media.setHold(true);
    const { sdp } = await media.createAnswer(remote('m=audio 30000 RTP/AVP 8', 'a=sendonly'));
    expect(mediaOf(sdp)[0]?.direction).toBe('inactive');
  });

  test('a null address is the hold of old phones: nothing is sent to it', async () => {
    const { media, process } = session();
    const { sdp } = await media.createAnswer(
      remote('m=audio 30000 RTP/AVP 8').replace('c=IN IP4 198.51.100.2', 'c=IN IP4 0.0.0.0'),
    );
    expect(mediaOf(sdp)[0]?.direction).toBe('recvonly');
    expect(process.streams[0]).toMatchObject({ send: false, remote: null });
  });
});

describe('later offers', () => {
  test('keep session id, ports, lines and numbers, and raise the version by one', async () => {
    const { media } = session(bothKinds);
    const first = await media.createOffer();
    await media.acceptAnswer(remote('m=audio 30000 RTP/AVP 9', 'm=video 0 RTP/AVP 97'));
    const second = await media.createOffer();
    expect(origin(second).sessionId).toBe(origin(first).sessionId);
    expect(Number(origin(second).version)).toBe(Number(origin(first).version) + 1);
    expect(mediaOf(second).map(({ type, port }) => [type, port])).toEqual(
      mediaOf(first).map(({ type, port }) => [type, port]),
    );
    // The codec in use comes first; every number still means the same.
    expect(names(mediaOf(second)[0])[0]).toBe('G722');
    const numbers = (sdp: string): readonly string[] =>
      (mediaOf(sdp)[0]?.codecs ?? []).map((codec) => `${codec.payloadType} ${codec.name}/${codec.clockRateHz}`).sort();
    expect(numbers(second)).toEqual(numbers(first));
  });

  test('numbers that the far end gave are kept in our own offers', async () => {
    const { media } = session();
    await media.createAnswer(remote('m=audio 30000 RTP/AVP 101', 'a=rtpmap:101 opus/48000/2'));
    const codecs = mediaOf(await media.createOffer())[0]?.codecs ?? [];
    expect(codecs[0]).toMatchObject({ name: 'opus', payloadType: 101 });
    expect(new Set(codecs.map(({ payloadType }) => payloadType)).size).toBe(codecs.length);
  });

  test('an offer that came to nothing leaves the agreement, and its version is not used again', async () => {
    const { media } = session();
    await media.createOffer();
    await media.acceptAnswer(g711Answer);
    const refused = await media.createOffer();
    const { sdp } = await media.createAnswer(remote('m=audio 30000 RTP/AVP 8'));
    expect(Number(origin(sdp).version)).toBe(Number(origin(refused).version) + 1);
  });
});

describe('when the gateway process dies', () => {
  test('the next offer has new ports, the same session and the same numbers, and the peer is heard at once', async () => {
    const { media, process } = session();
    const first = await media.createOffer();
    await media.acceptAnswer(g711Answer);
    process.die();
    expect(media.processDied()).toBe(true);
    expect(media.state).toBe('lost');
    const again = await media.createOffer();
    expect(mediaOf(again)[0]?.port).toBe(16_500);
    expect(origin(again)).toMatchObject({ sessionId: origin(first).sessionId, version: '2' });
    expect(names(mediaOf(again)[0])[0]).toBe('PCMA');
    expect(process.streams[0]?.remote?.rtpPort).toBe(30_000);
    await media.acceptAnswer(g711Answer);
    expect(media.state).toBe('live');
  });

  test('an answer to the offer of the dead process is learned, and a new offer still follows', async () => {
    const { media, process } = session();
    await media.createOffer();
    process.die();
    media.processDied();
    expect((await media.acceptAnswer(g711Answer)).audio?.codec).toBe('PCMA');
    expect(media.state).toBe('lost');
    expect(process.streams).toEqual([]);
    await media.createOffer();
    expect(process.streams[0]?.remote?.rtpPort).toBe(30_000);
  });

  test('a session that never used the process loses nothing', () => {
    expect(session().media.processDied()).toBe(false);
  });

  test('requests in flight reject as AppError, and the session can go on', async () => {
    const { media, process } = session();
    process.isDead = true;
    await expect(media.createOffer()).rejects.toMatchObject({ code: 'media' });
    process.isDead = false;
    await expect(media.createOffer()).resolves.toContain('m=audio 16400');
  });
});

describe('close and key tones', () => {
  test('close tells the process once; afterwards every step is refused', async () => {
    const { media, process } = session();
    await media.createOffer();
    await media.close();
    await media.close();
    expect(process.asked).toEqual(['open', 'closeSession']);
    await expect(media.createOffer()).rejects.toMatchObject({ code: 'notFound' });
    await expect(media.stats()).resolves.toEqual({ callId: 'call', kinds: [], rendererLeg: 'none' });
  });

  test('close never rejects, even when the process is gone', async () => {
    const { media, process } = session();
    await media.createOffer();
    process.isDead = true;
    await expect(media.close()).resolves.toBeUndefined();
  });

  test('a call that ends while its ports are opened stays ended', async () => {
    const { media } = session();
    const offer = media.createOffer();
    const closed = media.close();
    await expect(offer).rejects.toMatchObject({ code: 'notFound' });
    await closed;
    expect(media.state).toBe('closed');
  });

  test('key tones are refused unless the far end takes them', async () => {
    const { media, process } = session();
    await media.createAnswer(remote('m=audio 30000 RTP/AVP 8'));
    await expect(media.sendDtmf('1')).rejects.toMatchObject({ code: 'unsupported' });
    await media.createAnswer(g711Answer);
    await media.sendDtmf('1');
    expect(process.asked.at(-1)).toBe('sendDtmf');
  });

  test('a local address that is none is refused at once', () => {
    expect(() => session({ localAddress: 'localhost' })).toThrow(AppError);
  });
});

describe('another address of this computer', () => {
  test('moves the sound with the next offer when the one before is gone, and only then', async () => {
    const { media } = session({ localAddress: '127.0.0.1' });
    await media.createOffer();
    await media.acceptAnswer(g711Answer);
    // The address of loopback is still there.
    expect(media.moveTo('127.0.0.2')).toBe(false);
    const gone = session({ localAddress: '192.0.2.1' });
    await gone.media.createOffer();
    await gone.media.acceptAnswer(g711Answer);
    expect(gone.media.moveTo('192.0.2.1')).toBe(false);
    expect(gone.media.moveTo('not an address')).toBe(false);
    expect(gone.media.moveTo('192.0.2.9')).toBe(true);
    const sdp = await gone.media.createOffer();
    expect(mediaOf(sdp)[0]?.address).toBe('192.0.2.9');
    expect(sdp).toContain('o=- ');
    expect(origin(sdp).version).toBe('2');
  });
});

describe('what offer and answer say of RTCP', () => {
  test('we ask for extended reports in offers, and in answers to who knows them', async () => {
    const { media } = session();
    expect(mediaOf(await media.createOffer())[0]?.rtcpXr).toEqual(['voipMetrics', 'statSummary']);
    const plain = await session().media.createAnswer(remote('m=audio 30000 RTP/AVP 8'));
    expect(mediaOf(plain.sdp)[0]).not.toHaveProperty('rtcpXr');
    const knows = await session().media.createAnswer(remote('m=audio 30000 RTP/AVP 8', 'a=rtcp-xr'));
    expect(mediaOf(knows.sdp)[0]?.rtcpXr).toEqual(['voipMetrics', 'statSummary']);
  });

  test('we report what was asked for, where it was asked for, or not at all', async () => {
    const { media, process } = session();
    await media.createOffer();
    await media.acceptAnswer(
      remote('m=audio 30000 RTP/AVP 8', 'a=rtcp:5001 IN IP4 198.51.100.9', 'a=rtcp-xr:voip-metrics'),
    );
    expect(process.streams[0]).toMatchObject({
      remote: { rtcpPort: 5_001, rtcpAddress: '198.51.100.9' },
      rtcp: { isOff: false, xr: ['voipMetrics'] },
    });
    await media.acceptAnswer(remote('m=audio 30000 RTP/AVP 8', 'b=RS:0', 'b=RR:0'));
    expect(process.streams[0]?.rtcp).toEqual({ isOff: true, xr: [] });
  });

  test('multiplexing that we did not offer is not agreed on, whatever the answer says', async () => {
    const { media, process } = session();
    expect(await media.createOffer()).not.toContain('rtcp-mux');
    await media.acceptAnswer(remote('m=audio 30000 RTP/AVP 8', 'a=rtcp-mux'));
    expect(process.streams[0]?.remote).toEqual({ address: '198.51.100.2', rtpPort: 30_000, rtcpPort: 30_001 });
  });
});
