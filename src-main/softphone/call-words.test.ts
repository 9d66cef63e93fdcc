import { describe, expect, test } from 'vitest';
import { parseReasons } from './dialogs/reason.ts';
import { cancelReason, endReasonOf } from './end-reasons.ts';
import { audioOf } from './sdp-summary.ts';
import { quoteDisplayName } from './wire-fixes/unquoted-name.ts';

describe('the end of a call', () => {
  test.each([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [408, 'noAnswer'],
    [480, 'unavailable'],
    [404, 'notFound'],
    [484, 'notFound'],
    [403, 'notAllowed'],
    [407, 'notAllowed'],
    [487, 'cancelled'],
    [488, 'mediaFailed'],
    [503, 'network'],
    [302, 'failed'],
    [420, 'failed'],
    [699, 'failed'],
  ])('by %i is "%s"', (status, reason) => {
    expect(endReasonOf(status)).toBe(reason);
  });

  test.each([
    [[], 'cancelled'],
    [['SIP;cause=200;text="Call completed elsewhere"'], 'answeredElsewhere'],
    [['SIP ;cause=200'], 'answeredElsewhere'],
    [['Q.850;cause=16;text="Normal call clearing"', 'SIP;cause=200'], 'answeredElsewhere'],
    [['Q.850;cause=16, SIP;cause=200'], 'answeredElsewhere'],
    [['Q.850;cause=26'], 'answeredElsewhere'],
    [['Q.850;cause=16;text="Call Completed Elsewhere"'], 'answeredElsewhere'],
    [['SIP;cause=600;text="Busy Everywhere"'], 'declined'],
    [['SIP;cause=603'], 'declined'],
    [['Q.850;cause=200'], 'cancelled'],
    [['SIP;cause=2000'], 'cancelled'],
    [['SIP;cause=487;text="Request Terminated"'], 'cancelled'],
    [['nonsense'], 'cancelled'],
  ] as const)('a CANCEL with %j is %s', (headers, reason) => {
    expect(cancelReason(parseReasons(headers))).toBe(reason);
  });
});

describe('a display name', () => {
  test.each([
    ['Jürgen Groß <sip:a@b>;tag=1', '"Jürgen Groß" <sip:a@b>;tag=1'],
    ['Carol (Sales) <sip:a@b>', '"Carol (Sales)" <sip:a@b>'],
    ['a"b\\c <sip:a@b>', '"a\\"b\\\\c" <sip:a@b>'],
    ['Carol Smith <sip:a@b>', 'Carol Smith <sip:a@b>'],
    ['"Jürgen" <sip:a@b>', '"Jürgen" <sip:a@b>'],
    ['<sip:a@b>', '<sip:a@b>'],
    ['sip:a@b;tag=1', 'sip:a@b;tag=1'],
  ])('in %s', (value, quoted) => {
    expect(quoteDisplayName(value)).toBe(quoted);
  });
});

describe('the audio of an answer', () => {
  test.each([
    [
      'm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n',
      { codec: 'PCMA', clockRateHz: 8000, direction: 'sendrecv' },
    ],
    ['m=audio 4000 RTP/AVP 0\r\na=recvonly\r\n', { codec: 'PCMU', direction: 'recvonly' }],
    [
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=rtpmap:111 opus/48000/2\r\n',
      { codec: 'opus', clockRateHz: 48000, channels: 2 },
    ],
  ])('%s', (media, expected) => {
    expect(audioOf(`v=0\r\ns=-\r\n${media}`, 'ours').audio).toMatchObject(expected);
  });

  test.each(['', 'v=0\r\n', 'v=0\r\nm=video 4000 RTP/AVP 96\r\n', 'v=0\r\nm=audio 0 RTP/AVP 8\r\n'])(
    'is none: %s',
    (sdp) => {
      expect(audioOf(sdp, 'ours')).toEqual({});
    },
  );
});
