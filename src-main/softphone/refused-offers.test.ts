import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { DirectMediaFactory } from './direct-media.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePeer, calledPeer, phoneAndPeer } from './fake-peer.test-support.ts';
import { FakeWindow, fakeSdp } from './fake-window.test-support.ts';
import { headerValue, statusCode, tagOf } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an INVITE whose offer is of no use', () => {
  test.each([
    [new AppError('unsupported', ''), /no kind of sound in common/, '305 parley "No codec in common"'],
    [new AppError('invalid', ''), /cannot read/, '399 parley "The session description cannot be read"'],
    [new AppError('media', 'No keys.'), /^No keys\.$/, '302 parley "No agreement on encryption"'],
  ])('is refused at once, with a Warning and in words (%s)', async (fault, words, warning) => {
    const { phone, peer } = await phoneAndPeer();
    phone.media.onOpened = (media) => {
      media.agrees = fault;
    };
    peer.invite();
    const answer = await peer.answer('INVITE');
    expect(statusCode(answer)).toBe(488);
    expect(headerValue(answer, 'warning')).toBe(warning);
    expect(peer.answers('INVITE').map(statusCode)).not.toContain(180);
    expect(phone.end).toMatchObject({ reason: 'mediaFailed', notice: expect.stringMatching(words) as string });
    expect(phone.incoming).toHaveLength(1);
  });

  test('takes the place of no other call, which goes on', async () => {
    const { phone, peer } = await calledPeer();
    const ack = await peer.request('ACK');
    phone.media.onOpened = (media) => {
      media.agrees = new AppError('unsupported', '');
    };
    const third = new FakePeer(peer.server, 'alice');
    third.tag = 'third';
    third.callId = 'third@198.51.100.1';
    third.invite({ Replaces: `${peer.callId};to-tag=${tagOf(ack, 'from')};from-tag=peer` });
    expect(statusCode(await third.answer('INVITE'))).toBe(488);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(phone.incoming).toHaveLength(0);
    expect(phone.end).toBeUndefined();
    expect(peer.requests('BYE')).toHaveLength(0);
  });

  test('without an offer it rings: ours comes with the answer', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.media.onOpened = (media) => {
      media.agrees = new AppError('unsupported', '');
    };
    peer.invite({}, '');
    await eventually(() => {
      expect(peer.answers('INVITE').map(statusCode)).toContain(180);
    });
    expect(phone.end).toBeUndefined();
  });
});

test('where no codec can be used a caller is refused, and not left without an answer', async () => {
  const { phone, peer } = await phoneAndPeer();
  phone.media.onOpened = () => {
    throw new AppError('media', 'None of the codecs is available.');
  };
  peer.invite();
  expect(statusCode(await peer.answer('INVITE'))).toBe(480);
  expect(phone.incoming).toHaveLength(0);
});

describe('an offer to a window that speaks WebRTC itself', () => {
  const head = fakeSdp.slice(0, fakeSdp.indexOf('m='));
  const offer = (media: string): string => `${head}${media}`;
  const fingerprint = 'a=fingerprint:sha-256 AB\r\n';
  const read = (sdp: string, codecs: readonly string[] = ['opus', 'PCMA', 'telephone-event']): string | undefined => {
    const factory = new DirectMediaFactory(new FakeWindow(), () => codecs, { iceServers: [], relayOnly: false }, true);
    try {
      factory.open('one').session.readOffer(sdp);
      return undefined;
    } catch (error) {
      return error instanceof AppError ? error.code : 'thrown';
    }
  };

  test.each([
    ['m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 OPUS/48000/2\r\n', undefined],
    ['m=audio 9 UDP/TLS/RTP/SAVPF 97 8\r\na=rtpmap:97 SPEEX/8000\r\n', undefined],
    ['m=video 9 UDP/TLS/RTP/SAVPF 96\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n', undefined],
    ['m=audio 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 SPEEX/8000\r\n', 'unsupported'],
    ['m=audio 9 UDP/TLS/RTP/SAVPF 101\r\na=rtpmap:101 telephone-event/8000\r\n', 'unsupported'],
    ['m=audio 0 UDP/TLS/RTP/SAVPF 8\r\n', 'unsupported'],
    ['m=video 9 UDP/TLS/RTP/SAVPF 8\r\n', 'unsupported'],
    ['', 'unsupported'],
    ['m=audio 99999 UDP/TLS/RTP/SAVPF 8\r\n', 'invalid'],
    ['m=audio here RTP/AVP 8\r\n', 'invalid'],
  ])('%j is %s', (media, fault) => {
    expect(read(offer(`${fingerprint}${media}`))).toBe(fault);
  });

  test('that is in the clear, or no SDP, is refused too', () => {
    expect(read(fakeSdp)).toBe('media');
    expect(read('<html>502</html>')).toBe('invalid');
  });
});
