/** What the scripted chat server of the bench sends; server and bench make the same bytes from the same round. */

export const chatDomain = 'parley.test';
export const chatUser = 'alice';
export const chatPassword = 'correct horse battery staple';
const contactCount = 50;
/** The server asks for an acknowledgement after so many stanzas (XEP-0198), as real ones do. */
const acknowledgeEvery = 100;
/** One message in five asks for a receipt (XEP-0184). */
const receiptEvery = 5;

const words =
  'the build is green again so we can ship on Thursday unless Zoë finds another one in the dial plan; see you at 3 & bring the <notes>, please. Ja, gerne – bis später';

export interface ScriptedContact {
  readonly jid: string;
  readonly name: string;
}

/** Everybody who writes; all are in the roster, with presence both ways. */
export const chatContacts: readonly ScriptedContact[] = Array.from({ length: contactCount }, (_, index) => ({
  jid: `colleague${index}@${chatDomain}`,
  name: `Colleague ${index}`,
}));

/** The messages of one round, in the shape that Parley itself sends them, with the archive id that a server adds. */
export function scriptedMessages(round: number, count: number): string {
  const stanzas: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const contact = chatContacts[(index * 7) % contactCount];
    const id = `r${round}-${index}-6f0c6c1e9b`;
    const receipt = index % receiptEvery === 0 ? "<request xmlns='urn:xmpp:receipts'/>" : '';
    stanzas.push(
      `<message from='${contact?.jid ?? ''}/desk' to='${chatUser}@${chatDomain}/r1' type='chat' id='${id}'>` +
        `<body>${bodyOf(round, index)}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>` +
        `<active xmlns='http://jabber.org/protocol/chatstates'/>${receipt}` +
        `<stanza-id xmlns='urn:xmpp:sid:0' id='a-${round}-${index}' by='${chatUser}@${chatDomain}'/></message>`,
    );
    if (index % acknowledgeEvery === acknowledgeEvery - 1) stanzas.push("<r xmlns='urn:xmpp:sm:3'/>");
  }
  return stanzas.join('');
}

/** 20 to 140 characters, escaped. */
function bodyOf(round: number, index: number): string {
  const text = `${round}.${index} ${words.slice(0, 15 + ((index * 37) % 120))}`;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
