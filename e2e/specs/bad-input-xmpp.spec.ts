import { expect, test } from '../harness/fixtures.ts';
import type { LabFixture } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { TlsRelay } from '../harness/tls-relay.ts';
import { seedFor } from '../lab/client-settings.ts';

/** A relay in front of prosody, and settings that send alice through it. */
async function lyingChatServer(lab: LabFixture): Promise<{ relay: TlsRelay; seed: Record<string, unknown> }> {
  const { certificates, prosody } = lab.owned();
  const relay = new TlsRelay({ host: '127.0.0.1', port: prosody.ports.c2sDirectTls }, certificates.good);
  // What the relay adds would be counted as stanzas of the server (XEP-0198); pings tell of life instead.
  relay.lie(withoutStreamManagement);
  await relay.start();
  const seed = {
    ...seedFor(lab.description, 'alice'),
    'chat.servers': [relay.address],
    'chat.directTls': true,
    'phone.enabled': false,
    'directory.enabled': false,
    'voicemail.enabled': false,
  };
  return { relay, seed };
}

function withoutStreamManagement(piece: Buffer): Buffer {
  return Buffer.from(
    piece.toString('latin1').replaceAll(/<sm xmlns='urn:xmpp:sm:\d'(?:\/>|>.*?<\/sm>)/g, ''),
    'latin1',
  );
}

/** Well-formed stanzas that make no sense, or claim what their sender may not. */
const strangeStanzas: readonly string[] = [
  '<message/>',
  '<message from="" to="" type=""><body/></message>',
  '<message from="@@@/" type="chat" id="x1"><body>nobody said this</body></message>',
  '<message from="bob@parley.test/lab" type="error"/>',
  '<message from="bob@parley.test/lab" type="chat"><body xmlns="urn:other">not a body</body></message>',
  '<message from="mallory@parley.test/x"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="alice@parley.test" to="bob@parley.test"><body>a forged carbon</body></message></forwarded></sent></message>',
  '<message from="mallory@parley.test/x"><result xmlns="urn:xmpp:mam:2" id="1"><forwarded xmlns="urn:xmpp:forward:0"/></result></message>',
  '<message from="bob@parley.test/lab" type="chat"><delay xmlns="urn:xmpp:delay" from="parley.test" stamp="the day before"/></message>',
  '<presence from="nobody" type="what"><show>elsewhere</show><priority>99999999999</priority></presence>',
  '<presence from="bob@parley.test/lab"><show/><status/><x xmlns="vcard-temp:x:update"><photo>zz</photo></x></presence>',
  '<iq/>',
  '<iq type="set" from="mallory@parley.test" id="r1"><query xmlns="jabber:iq:roster"><item jid="bob@parley.test" subscription="remove"/></query></iq>',
  '<iq type="set" id="r2"><query xmlns="jabber:iq:roster"><item jid="@" subscription="perhaps"/></query></iq>',
  '<iq type="result" id="never-asked"><query xmlns="jabber:iq:roster"/></iq>',
  '<iq type="get" id="q1" from="parley.test"><nonsense xmlns="urn:parley:nonsense"/></iq>',
  '<a xmlns="urn:xmpp:sm:3" h="many"/>',
  '<unheard-of xmlns="urn:parley:nonsense"/>',
];

/** Bytes that end the stream by RFC 6120 section 4.9.3.13 (not-well-formed) or ought to. */
const brokenBytes: readonly (string | Buffer)[] = [
  '<message><body>never closed</message>',
  '<message from="bob@parley.test/lab"><body>&nosuchentity;</body></message>',
  '<!DOCTYPE lolz [<!ENTITY lol "lol">]><message><body>&lol;</body></message>',
  Buffer.from([0x3c, 0x00, 0xff, 0xfe, 0x3c, 0x3c, 0x3e]),
  `<message>${'<x>'.repeat(20_000)}`,
  '</stream:stream><message><body>after the end</body></message>',
];

test(
  'stanzas that make no sense cost neither the connection nor a contact nor a message',
  { tag: '@prosody' },
  async ({ lab, parley }) => {
    const { relay, seed } = await lyingChatServer(lab);
    try {
      const service = await parley.start({ seed });
      const window = new ParleyWindow(await parley.open(service));
      await window.openChat('Bob Okafor');
      const { connections } = relay;
      for (const stanza of strangeStanzas) relay.inject(stanza);
      const text = `Heard you through the noise ${String(Date.now())}`;
      await window.send(text);
      await expect(window.messages.getByText(text, { exact: true }).first()).toBeVisible();
      await expect(window.messages.getByText('Sending')).toBeHidden();
      await expect(window.strip).toBeHidden();
      expect(relay.connections).toBe(connections);
      await expect(window.page.getByText('a forged carbon')).toBeHidden();
      await window.go('Contacts');
      await expect(window.contact('Bob Okafor')).toBeVisible();
      expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
    } finally {
      relay.stop();
    }
  },
);

test(
  'XML that is broken ends the stream only; Parley is back by itself',
  { tag: '@prosody' },
  async ({ lab, parley }) => {
    const { relay, seed } = await lyingChatServer(lab);
    try {
      const service = await parley.start({ seed });
      const window = new ParleyWindow(await parley.open(service));
      const { pid } = service;
      await window.openChat('Bob Okafor');
      for (const [index, bytes] of brokenBytes.entries()) {
        const { connections } = relay;
        relay.inject(bytes);
        // A server that breaks off again and again is asked less and less often; the person need not wait.
        await window.tryNow();
        await expect.poll(() => relay.connections, { message: `noise ${String(index)}` }).toBeGreaterThan(connections);
        const text = `After noise ${String(index)} of ${String(Date.now())}`;
        await window.send(text);
        await expect(window.messages.getByText(text, { exact: true }).first()).toBeVisible();
        await expect(window.messages.getByText('Sending')).toBeHidden();
      }
      await expect(window.strip).toBeHidden();
      expect(service.pid).toBe(pid);
      expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
    } finally {
      relay.stop();
    }
  },
);

test(
  'a chat server that speaks nothing but garbage is said in words, and what was written is sent later, once',
  { tag: '@prosody' },
  async ({ lab, parley }) => {
    const { relay, seed } = await lyingChatServer(lab);
    try {
      const service = await parley.start({ seed });
      const window = new ParleyWindow(await parley.open(service));
      await window.openChat('Bob Okafor');
      relay.lie(() => '<<< this is not XML >>>');
      relay.inject('<<<');
      await expect(window.strip).toContainText(
        'Chat is offline. Messages you write are sent when the connection returns.',
      );
      const text = `Written behind the garbage ${String(Date.now())}`;
      await window.send(text);
      await expect(window.messages.getByText('Sending')).toBeVisible();
      const about = await window.goToSettings('About and diagnostics');
      await window.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: service.origin });
      await about.getByRole('button', { name: 'Copy details of Chat and presence' }).click();
      await expect
        .poll(() => window.page.evaluate(() => navigator.clipboard.readText()))
        .toContain('sent something that Parley could not read');
      relay.lie(withoutStreamManagement);
      await expect(window.strip).toBeHidden({ timeout: 30_000 });
      await window.openChat('Bob Okafor');
      await expect(window.messages.getByText('Sending')).toBeHidden({ timeout: 30_000 });
      await expect(window.messages.getByText(text, { exact: true })).toHaveCount(1);
    } finally {
      relay.stop();
    }
  },
);
