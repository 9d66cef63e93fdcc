import { describe, expect, test } from 'vitest';
import { prepareRendererOffer, withVideoBitrate } from './renderer-sdp.ts';

/** As Chromium writes it, shortened where lines repeat. */
const chromium = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  'm=audio 41000 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 192.168.1.5',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 0e2c6e4a-1.local 41000 typ host generation 0',
  'a=candidate:2 1 udp 2113937151 192.168.1.5 41001 typ host generation 0',
  'a=candidate:3 1 udp 2113937151 127.0.0.1 41002 typ host generation 0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=fingerprint:sha-256 00:11',
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=ssrc:3570614608 cname:x',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 107',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 goog-remb',
  'a=rtcp-fb:96 transport-cc',
  'a=rtcp-fb:96 ccm fir',
  'a=rtcp-fb:96 nack',
  'a=rtcp-fb:96 nack pli',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:103 H264/90000',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:104 ulpfec/90000',
  'a=rtpmap:107 AV1/90000',
  'a=ssrc-group:FID 1 2',
  'a=ssrc:1 cname:x',
];
const text = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;

function prepare(lines: readonly string[]): { lines: readonly string[]; codecs: Record<string, readonly number[]> } {
  const result = prepareRendererOffer(text(lines));
  if (!result.ok) throw new Error(result.reason);
  const codecs = Object.fromEntries(
    Object.entries(result.codecs).map(([kind, list]) => [kind, list.map(({ payloadType }) => payloadType)]),
  );
  return { lines: result.sdp.split('\r\n'), codecs };
}

describe('prepareRendererOffer', () => {
  test('keeps what SIP peers speak and tells the numbers', () => {
    const { lines, codecs } = prepare(chromium);
    expect(codecs).toEqual({ audio: [111, 9, 0, 8, 13, 110, 126], video: [96, 103] });
    expect(lines.filter((line) => line.startsWith('m='))).toEqual([
      'm=audio 41000 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126',
      'm=video 9 UDP/TLS/RTP/SAVPF 96 103',
    ]);
  });

  test('takes out extensions, RTX, RED, FEC, groups and feedback that nobody serves', () => {
    const { lines } = prepare(chromium);
    for (const gone of ['extmap', 'rtx', 'red/', 'ulpfec', 'AV1', 'ssrc-group', 'transport-cc', 'goog-remb', 'CN/']) {
      expect(
        lines.filter((line) => line.includes(gone)),
        gone,
      ).toEqual([]);
    }
    expect(lines.filter((line) => line.startsWith('a=rtcp-fb'))).toEqual([
      'a=rtcp-fb:96 ccm fir',
      'a=rtcp-fb:96 nack pli',
    ]);
    expect(lines).toContain('a=ssrc:3570614608 cname:x');
    expect(lines).toContain('a=fmtp:111 minptime=10;useinbandfec=1');
  });

  test('only loopback candidates remain: a .local name would have to be looked up', () => {
    expect(prepare(chromium).lines.filter((line) => line.startsWith('a=candidate'))).toEqual([
      'a=candidate:3 1 udp 2113937151 127.0.0.1 41002 typ host generation 0',
    ]);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['rubbish', ['hello'], /line 1/],
    ['no media', chromium.slice(0, 7), /no media/],
    [
      'a data channel',
      [...chromium, 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0'],
      /application/,
    ],
    ['two audio lines', [...chromium, ...chromium.slice(7, 33)], /more than one/],
    [
      'nothing that can be relayed',
      [...chromium.slice(0, 7), 'm=audio 9 UDP/TLS/RTP/SAVPF 13', 'c=IN IP4 0.0.0.0'],
      /no audio codec/,
    ],
  ])('refuses %s', (_name, lines, reason) => {
    expect(prepareRendererOffer(text(lines))).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason) as unknown,
    });
  });
});

describe('withVideoBitrate', () => {
  const answer = withVideoBitrate(text(prepare(chromium).lines.filter((line) => line !== '')), 1_500, 2_500);

  test('every video codec gets start and maximum, with or without an fmtp of its own', () => {
    expect(answer).toContain(
      'packetization-mode=1;profile-level-id=42e01f;x-google-start-bitrate=1500;x-google-max-bitrate=2500\r\n',
    );
    expect(answer).toContain('a=fmtp:96 x-google-start-bitrate=1500;x-google-max-bitrate=2500\r\n');
    expect(answer.match(/b=AS:2500/g)).toHaveLength(1);
  });

  test('sound is left alone', () => {
    expect(answer).toContain('a=fmtp:111 minptime=10;useinbandfec=1\r\n');
  });
});
