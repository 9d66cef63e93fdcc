import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { SipRelay } from '../harness/sip-relay.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

/** Session descriptions (RFC 8866) that no phone should send, and what Parley says of them. */
const unreadable = /described its sound in a way that Parley cannot read/;
const nothingShared = /no kind of sound in common/;
const head = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
const strange: readonly { readonly what: string; readonly sdp: string; readonly words: RegExp }[] = [
  { what: 'no SDP at all', sdp: '<html>502 Bad Gateway</html>', words: unreadable },
  { what: 'a port that cannot be', sdp: [...head, 'm=audio 99999 RTP/AVP 8', ''].join('\r\n'), words: unreadable },
  {
    what: 'no codec in common',
    sdp: [...head, 'm=audio 40000 RTP/AVP 97', 'a=rtpmap:97 SPEEX/32000', ''].join('\r\n'),
    words: nothingShared,
  },
];

/** The message with another body of its type, and the length that fits. */
function withBody(message: string, body: string): string {
  const headers = message.slice(0, message.indexOf('\r\n\r\n'));
  return `${headers.replace(/^(Content-Length|l)\s*:.*$/im, `Content-Length: ${String(Buffer.byteLength(body))}`)}\r\n\r\n${body}`;
}

test(
  'sound that is described in garbage, and a far end without a codec in common, end a call in words; the next one works',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    test.setTimeout(120_000);
    const { sip } = lab.owned().description;
    if (sip?.udpPort === undefined) throw new Error('the lab has no SIP over UDP');
    const relay = new SipRelay({ host: sip.host, port: sip.udpPort });
    await relay.start();
    try {
      const { page, process, window } = await startCaller({
        transport: 'udp',
        settings: { 'phone.servers': [`127.0.0.1:${String(relay.port)}`] },
      });
      const { pid } = process;
      const { extension } = lab.account('bob');
      const stage = window.stage('Bob Okafor');

      for (const { what, sdp, words } of strange) {
        await test.step(`an answer: ${what}`, async () => {
          relay.towardsPhone = (text) =>
            /^SIP\/2\.0 200 /.test(text) && /^CSeq:\s*\d+ INVITE/im.test(text) ? withBody(text, sdp) : text;
          const from = bob.events.length;
          await window.dial(extension);
          await expect(stage).toContainText(words);
          // It is not left hanging: it was acknowledged and ended.
          await bob.waitFor('CALL_CLOSED', { from });
          await expect(window.controls).toBeHidden();
        });
        await test.step(`an offer: ${what}`, async () => {
          relay.towardsPhone = (text) => (/^INVITE /.test(text) ? withBody(text, sdp) : text);
          const from = bob.events.length;
          await window.go('Calls');
          const told = expect(window.onNow).toContainText(words, { timeout: 15_000 });
          await bob.dial(lab.account('alice').address);
          await told;
          // Nobody could have answered it: refused at once, and missed.
          expect((await bob.waitFor('CALL_CLOSED', { from })).param).toContain('488');
          expect(bob.events.slice(from).map(({ type }) => type)).not.toContain('CALL_RINGING');
          await expect(window.history.first()).toContainText('Missed: no sound could be set up');
        });
      }

      relay.towardsPhone = (text) => text;
      await window.dial(extension);
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });
      await window.control('End call').click();
      await expect(window.controls).toBeHidden();
      expect(process.pid).toBe(pid);
      await expect(window.strip).toBeHidden();
      expect(process.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
    } finally {
      relay.stop();
    }
  },
);
