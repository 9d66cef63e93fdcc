/** Who a number or JID belongs to, as the cache knows it. Synchronous and fast: it runs while a call rings. */
export interface ReverseLookup {
  byNumber(number: string): KnownParty | undefined;
  byJid(jid: string): KnownParty | undefined;
}

export interface KnownParty {
  readonly name: string;
  readonly jid?: string;
  readonly e164?: string;
}
