export interface VoiceMessage {
  /** IMAP UID and UIDVALIDITY joined: stable on the server. */
  readonly id: string;
  readonly name?: string;
  /** As people write it. */
  readonly number: string;
  /** Bare JID where the directory knows one, for photo and presence. */
  readonly jid?: string;
  readonly receivedAtMs: number;
  /** Seconds; 0 when the server does not say. */
  readonly durationS: number;
  readonly heard: boolean;
  readonly urgent: boolean;
}

export interface VoicemailBox {
  readonly state: 'notConfigured' | 'loading' | 'ready' | 'unavailable';
  readonly messages: readonly VoiceMessage[];
  readonly unread: number;
  /** Which mailbox of which server the list is of; opaque, for telling that another one was chosen. */
  readonly mailbox?: string;
  /** Plain words when unavailable. */
  readonly problem?: string;
}
