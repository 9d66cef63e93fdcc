/**
 * An XMPP server of its own process: a real socket with STARTTLS and SCRAM, behind it the scripted server of the unit
 * tests. Arguments: certificate chain and key (PEM files). It tells its parent the port; at `{prepare: {round, count}}`
 * it makes the messages of a round and says `prepared`, at `{send: true}` it sends them as fast as the socket takes them.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket, createSecureContext } from 'node:tls';
import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { namespaces } from '../../src-main/im/namespaces.ts';
import { ScriptedServer, emptyResult } from '../../src-main/im/scripted-server.ts';
import { chatContacts, chatDomain, chatPassword, chatUser, scriptedMessages } from './chat-script.ts';

/** Characters written at once: a TLS record. */
const pieceCharacters = 16_000;

interface Order {
  readonly prepare?: { readonly round: number; readonly count: number };
  readonly send?: boolean;
}

const [, , chainPath = '', keyPath = ''] = process.argv;
const secureContext = createSecureContext({ cert: readFileSync(chainPath), key: readFileSync(keyPath) });
const scripted = new ScriptedServer({
  domain: chatDomain,
  passwords: { [chatUser]: chatPassword },
  onIq: answer,
});

function answer(iq: Element): Element | undefined {
  if (iq.getChild('query', namespaces.roster) !== undefined) {
    const items = chatContacts.map(({ jid, name }) => xml('item', { jid, name, subscription: 'both' }));
    return emptyResult(iq, xml('query', { xmlns: namespaces.roster }, ...items));
  }
  if (iq.getChild('query', namespaces.discoInfo) !== undefined) {
    const feature = xml('feature', { var: namespaces.stanzaIds });
    return emptyResult(iq, xml('query', { xmlns: namespaces.discoInfo }, feature));
  }
  return undefined;
}

/** Joins a socket to the scripted server; after `<proceed/>` everything goes through TLS. */
async function serve(socket: Socket): Promise<void> {
  const script = await scripted.connect({ host: 'bench', port: 0 });
  let out: Duplex = socket;
  const toScript = (chunk: Buffer): void => {
    script.write(chunk);
  };
  socket.on('data', toScript);
  script.on('data', (chunk: Buffer) => {
    out.write(chunk);
    if (out !== socket || !chunk.toString('latin1').includes('<proceed')) return;
    socket.off('data', toScript);
    out = new TLSSocket(socket, { isServer: true, secureContext });
    out.on('data', toScript);
    out.on('error', () => socket.destroy());
  });
  socket.on('error', () => script.destroy());
  socket.on('close', () => script.destroy());
}

let prepared: readonly string[] = [];
process.on('message', ({ prepare, send }: Order) => {
  if (prepare !== undefined) {
    const text = scriptedMessages(prepare.round, prepare.count);
    prepared = Array.from({ length: Math.ceil(text.length / pieceCharacters) }, (_, index) =>
      text.slice(index * pieceCharacters, (index + 1) * pieceCharacters),
    );
    process.send?.('prepared');
  }
  if (send === true) for (const piece of prepared) scripted.session.connection?.write(piece);
});
const server = createServer((socket) => {
  void serve(socket);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.once('disconnect', () => {
  process.exit(0);
});
