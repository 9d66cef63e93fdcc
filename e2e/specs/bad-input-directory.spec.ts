import { randomBytes } from 'node:crypto';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { TlsRelay } from '../harness/tls-relay.ts';
import { seedFor } from '../lab/client-settings.ts';

/** Answers that break RFC 4511 or X.690: each is what a bind or a search may get in place of its answer. */
const brokenAnswers: readonly { readonly what: string; readonly bytes: Buffer | string }[] = [
  { what: 'not LDAP at all', bytes: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
  { what: 'random bytes', bytes: randomBytes(4_096) },
  { what: 'a message of two gigabytes', bytes: Buffer.from('308480000000', 'hex') },
  { what: 'a length that lies', bytes: Buffer.from('300c020102650a0a010004000400', 'hex') },
  { what: 'an indefinite length', bytes: Buffer.from('30800201026507', 'hex') },
  { what: 'a negative message id', bytes: Buffer.from('300c0201ff65070a010004000400', 'hex') },
  { what: 'an answer of no kind', bytes: Buffer.from('30050201026200', 'hex') },
  { what: 'an entry that ends in the middle', bytes: Buffer.from('3011020102640c0403636e3d300530030401', 'hex') },
];

test(
  'a directory that answers with garbage is said in words; the cache goes on, and so does Parley',
  { tag: '@slapd' },
  async ({ lab, parley }) => {
    const { certificates, slapd } = lab.owned();
    const relay = new TlsRelay({ host: '127.0.0.1', port: slapd.ports.ldaps }, certificates.good);
    await relay.start();
    try {
      const seed = {
        ...seedFor(lab.description, 'alice'),
        'directory.servers': [relay.address],
        'phone.enabled': false,
        'voicemail.enabled': false,
      };
      const service = await parley.start({ seed });
      const window = new ParleyWindow(await parley.open(service));
      const { pid } = service;
      await expect(window.contact('Bob Okafor')).toBeVisible();
      for (const { what, bytes } of brokenAnswers) {
        await test.step(what, async () => {
          await expect(window.strip).toBeHidden();
          relay.lie(() => bytes);
          await window.search('mallory stra');
          await expect(window.strip).toContainText('The directory gave an answer that makes no sense.');
          await expect(window.strip).toContainText('Search shows the people this computer knows.');
          await window.search('oka');
          await expect(window.results.getByRole('option', { name: /Bob Okafor/ })).toBeVisible();
          relay.tellTheTruth();
          await window.tryNow();
        });
      }
      await expect(window.strip).toBeHidden();
      await window.search('mallory stra');
      await expect(window.results.getByRole('option', { name: /Mallory Stranger/ })).toBeVisible();
      expect(service.pid).toBe(pid);
      expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
    } finally {
      relay.stop();
    }
  },
);
