/** XML namespaces by the specification that defines them. */
export const namespaces = {
  /** RFC 6120 */
  client: 'jabber:client',
  streams: 'http://etherx.jabber.org/streams',
  streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
  stanzaErrors: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  startTls: 'urn:ietf:params:xml:ns:xmpp-tls',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  /** RFC 6121 */
  roster: 'jabber:iq:roster',
  /** XEP-0030 */
  discoInfo: 'http://jabber.org/protocol/disco#info',
  /** XEP-0045 */
  mucUser: 'http://jabber.org/protocol/muc#user',
  /** XEP-0059 */
  resultSet: 'http://jabber.org/protocol/rsm',
  /** XEP-0085 */
  chatStates: 'http://jabber.org/protocol/chatstates',
  /** XEP-0092 */
  version: 'jabber:iq:version',
  /** XEP-0115 */
  capabilities: 'http://jabber.org/protocol/caps',
  /** XEP-0172 */
  nick: 'http://jabber.org/protocol/nick',
  /** XEP-0184 */
  receipts: 'urn:xmpp:receipts',
  /** XEP-0198 */
  streamManagement: 'urn:xmpp:sm:3',
  /** XEP-0199 */
  ping: 'urn:xmpp:ping',
  /** XEP-0202 */
  time: 'urn:xmpp:time',
  /** XEP-0203 */
  delay: 'urn:xmpp:delay',
  /** XEP-0280 */
  carbons: 'urn:xmpp:carbons:2',
  /** XEP-0297 */
  forward: 'urn:xmpp:forward:0',
  /** XEP-0313 */
  archive: 'urn:xmpp:mam:2',
  /** XEP-0334 */
  hints: 'urn:xmpp:hints',
  /** XEP-0359 */
  stanzaIds: 'urn:xmpp:sid:0',
  /** jabber:x:data, XEP-0004 */
  dataForms: 'jabber:x:data',
  /** Parley's own: refines <show/> of RFC 6121, see presence-stanza.ts. */
  parleyPresence: 'urn:parley:presence:0',
} as const;
