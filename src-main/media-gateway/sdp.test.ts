import { describe, expect, test } from 'vitest';
import { seeded } from './seeded.test-data.ts';
import { buildSdp, parseSdp, type SdpMedia } from './sdp.ts';

const phone = [
  'v=0',
  'o=- 1530 20000 IN IP4 192.0.2.10',
  's=call',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'm=audio 4000 RTP/AVP 9 8 0 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=sendonly',
  'm=video 4002 RTP/AVP 97',
  'c=IN IP6 2001:db8::7',
  'a=rtpmap:97 H264/90000',
  'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
  'a=rtcp-fb:97 nack pli',
  'a=rtcp:4100',
  'a=rtcp-mux',
];
const text = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;
const without = (start: string): readonly string[] => phone.filter((line) => !line.startsWith(start));
const replaced = (start: string, line: string): readonly string[] =>
  phone.map((other) => (other.startsWith(start) ? line : other));

function mediaOf(sdp: string): readonly SdpMedia[] {
  const result = parseSdp(sdp);
  if (!result.ok) throw new Error(`line ${result.line}: ${result.reason}`);
  return result.description.media;
}

describe('parseSdp', () => {
  test('reads lines, static payload types, attributes and addresses of a phone', () => {
    const [audio, video] = mediaOf(text(phone));
    expect(audio).toMatchObject({
      type: 'audio',
      port: 4000,
      address: '192.0.2.10',
      direction: 'sendonly',
      rtcpMux: false,
      rtcpIsOff: false,
    });
    expect(audio?.codecs.map(({ payloadType, name, clockRateHz }) => [payloadType, name, clockRateHz])).toEqual([
      [9, 'G722', 8000],
      [8, 'PCMA', 8000],
      [0, 'PCMU', 8000],
      [101, 'telephone-event', 8000],
    ]);
    expect(video).toMatchObject({
      type: 'video',
      address: '2001:db8::7',
      direction: 'sendrecv',
      rtcpPort: 4100,
      rtcpMux: true,
      rtcpIsOff: false,
      feedback: ['97 nack pli'],
    });
    expect(video?.codecs[0]?.fmtp).toBe('profile-level-id=42e01f;packetization-mode=1');
  });

  test('takes bare line feeds and a missing last line end', () => {
    expect(mediaOf(phone.join('\n'))).toHaveLength(2);
  });

  test('a direction of the session holds for lines without their own', () => {
    const [audio, video] = mediaOf(text([...phone.slice(0, 5), 'a=inactive', ...phone.slice(5)]));
    expect([audio?.direction, video?.direction]).toEqual(['sendonly', 'inactive']);
  });

  test('lines that are not RTP keep their formats and have no codecs', () => {
    const [fax] = mediaOf(text([...phone.slice(0, 5), 'm=image 5000 udptl t38', 'a=T38FaxVersion:0']));
    expect(fax).toMatchObject({ type: 'image', protocol: 'udptl', formats: ['t38'], codecs: [] });
  });

  test('a refused line needs no address', () => {
    const [audio] = mediaOf(text([...without('c=').slice(0, 4), 'm=audio 0 RTP/AVP 0']));
    expect(audio?.port).toBe(0);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['nothing', [], /empty|type=value/],
    ['no version first', without('v='), /v=0/],
    ['another version', replaced('v=', 'v=1'), /v=0/],
    ['no origin', without('o='), /no o=/],
    ['two origins', [...phone.slice(0, 2), ...phone.slice(1)], /out of place/],
    ['an origin without numbers', replaced('o=', 'o=- x y IN IP4 192.0.2.1'), /bad o=/],
    ['no address', without('c=').filter((line) => !line.startsWith('c=')), /no connection address/],
    ['a host name as address', replaced('c=IN IP4', 'c=IN IP4 pbx.example.org'), /bad connection/],
    ['an address of the other family', replaced('c=IN IP4', 'c=IN IP4 2001:db8::7'), /bad connection/],
    ['a multicast address', replaced('c=IN IP4', 'c=IN IP4 224.2.1.1'), /multicast/],
    ['a multicast address with hops', replaced('c=IN IP4', 'c=IN IP4 224.2.1.1/127'), /bad connection/],
    ['a port too high', replaced('m=audio', 'm=audio 65536 RTP/AVP 0'), /bad m=/],
    ['a negative port', replaced('m=audio', 'm=audio -1 RTP/AVP 0'), /bad m=/],
    ['a line without formats', replaced('m=audio', 'm=audio 4000 RTP/AVP'), /format list/],
    ['a payload type of 128', replaced('m=audio', 'm=audio 4000 RTP/AVP 128'), /not a payload type/],
    ['a format that is a word', replaced('m=audio', 'm=audio 4000 RTP/AVP opus'), /not a payload type/],
    ['an rtpmap without clock', replaced('a=rtpmap:101', 'a=rtpmap:101 telephone-event'), /bad rtpmap/],
    ['an rtpmap with clock 0', replaced('a=rtpmap:101', 'a=rtpmap:101 telephone-event/0'), /bad rtpmap/],
    ['an RTCP port of 0', replaced('a=rtcp:', 'a=rtcp:0'), /bad rtcp/],
    ['a line that is no line', [...phone, 'hello'], /type=value/],
    ['too many m-lines', [...phone, ...Array<string>(20).fill('m=audio 0 RTP/AVP 0')], /too many m=/],
    ['too many lines', [...phone, ...Array<string>(3000).fill('a=x')], /too many lines/],
    ['too long', [...phone, `a=${'x'.repeat(70_000)}`], /too long/],
    ['a line end inside', replaced('s=', 's=a\rb'), /control character/],
  ])('refuses %s and names the line', (_name, lines, reason) => {
    const result = parseSdp(lines.length === 0 ? '' : text(lines));
    expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as unknown });
  });

  test('names the line of the fault', () => {
    expect(parseSdp(text(replaced('a=rtpmap:101', 'a=rtpmap:x')))).toMatchObject({ ok: false, line: 7 });
  });

  test('never throws, whatever bytes are changed, and what it takes it can write again', () => {
    const random = seeded(4711);
    const original = text(phone);
    let taken = 0;
    for (let round = 0; round < 5_000; round += 1) {
      const mutated = mutate(original, random);
      const result = parseSdp(mutated);
      if (!result.ok) continue;
      taken += 1;
      const { origin, media } = result.description;
      const outgoing = media.map((line) => ({ ...line, feedback: [], asksForXr: line.rtcpXr !== undefined }));
      expect(parseSdp(buildSdp({ ...origin, address: '192.0.2.1' }, outgoing)), mutated).toMatchObject({ ok: true });
    }
    // Both outcomes have to occur, else the mutations prove nothing.
    expect(taken).toBeGreaterThan(500);
    expect(taken).toBeLessThan(4_500);
  });
});

describe('what a far end says of RTCP', () => {
  const audio = (...lines: readonly string[]): SdpMedia | undefined =>
    mediaOf(text(['v=0', 'o=- 1 1 IN IP4 192.0.2.10', 's=-', 'c=IN IP4 192.0.2.10', ...lines]))[0];
  const line = 'm=audio 4000 RTP/AVP 8';

  test('another address of RFC 3605, where it is one', () => {
    expect(audio(line, 'a=rtcp:5001 IN IP4 192.0.2.11')).toMatchObject({ rtcpPort: 5001, rtcpAddress: '192.0.2.11' });
    for (const rest of ['', ' IN IP4 192.0.2.10', ' IN IP4 phone.example', ' IN IP4']) {
      const read = audio(line, `a=rtcp:5001${rest}`);
      expect(read?.rtcpPort, rest).toBe(5001);
      expect(read, rest).not.toHaveProperty('rtcpAddress');
    }
  });

  test('no bandwidth for senders and receivers is no RTCP (RFC 3556)', () => {
    expect(audio(line, 'b=AS:80', 'b=RS:0', 'b=RR:0')?.rtcpIsOff).toBe(true);
    expect(audio(line, 'b=RS:0', 'b=RR:2000')?.rtcpIsOff).toBe(false);
    expect(audio(line, 'b=RR:0')?.rtcpIsOff).toBe(false);
  });

  test('the extended reports that it asks for, of the line before those of the session (RFC 3611)', () => {
    expect(audio(line)).not.toHaveProperty('rtcpXr');
    expect(audio(line, 'a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics')?.rtcpXr).toEqual([
      'voipMetrics',
      'statSummary',
    ]);
    expect(audio('a=rtcp-xr:voip-metrics', line)?.rtcpXr).toEqual(['voipMetrics']);
    expect(audio('a=rtcp-xr:voip-metrics', line, 'a=rtcp-xr:stat-summary=loss')?.rtcpXr).toEqual(['statSummary']);
    expect(audio('a=rtcp-xr:voip-metrics', line, 'a=rtcp-xr')?.rtcpXr).toEqual([]);
  });
});

describe('buildSdp', () => {
  const origin = { sessionId: '12345678901234567890', version: '3', address: '2001:db8::1' };
  const line = {
    type: 'audio',
    protocol: 'RTP/AVP',
    formats: ['8'],
    direction: 'sendrecv',
    feedback: [],
    crypto: [],
    asksForXr: false,
  } as const;

  test('writes an IPv6 session with codecs, RTCP port and direction', () => {
    const codecs = [{ payloadType: 111, name: 'opus', clockRateHz: 48_000, channels: 2, fmtp: 'useinbandfec=1' }];
    expect(buildSdp(origin, [{ ...line, port: 16_400, codecs, rtcpMux: false }]).split('\r\n')).toEqual([
      'v=0',
      'o=- 12345678901234567890 3 IN IP6 2001:db8::1',
      's=-',
      'c=IN IP6 2001:db8::1',
      't=0 0',
      'm=audio 16400 RTP/AVP 111',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 useinbandfec=1',
      'a=ptime:20',
      'a=rtcp:16401',
      'a=sendrecv',
      '',
    ]);
  });

  test('a refused line has port 0, the formats of the offer and nothing more', () => {
    expect(buildSdp(origin, [{ ...line, port: 0, codecs: [], rtcpMux: false }])).toMatch(/m=audio 0 RTP\/AVP 8\r\n$/);
  });
});

function mutate(original: string, random: (below: number) => number): string {
  let mutated = original;
  for (let times = random(3) + 1; times > 0; times -= 1) {
    const at = random(mutated.length);
    const length = random(12);
    switch (random(4)) {
      case 0:
        mutated = mutated.slice(0, at) + mutated.slice(at + length);
        break;
      case 1:
        mutated = mutated.slice(0, at) + String.fromCharCode(random(300)) + mutated.slice(at + 1);
        break;
      case 2:
        mutated = mutated.slice(0, at) + mutated.slice(at, at + length).repeat(3) + mutated.slice(at + length);
        break;
      default:
        mutated = mutated.slice(0, at) + String(random(1_000_000)) + mutated.slice(at);
    }
  }
  return mutated;
}
