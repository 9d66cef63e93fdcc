import type { Clock } from '../../src-shared/clock.ts';
import { headerValue, parseSipMessage } from './sip-message.ts';

/** Bounds of what is kept in memory: enough for some calls, little enough to forget. */
export const traceLimits = { messages: 1_000, characters: 2_000_000, messageCharacters: 16_384 } as const;

/** Bodies that tell how a call is set up. Everything else may be what people write to each other. */
const technicalBody =
  /^(application\/(sdp|dialog-info\+xml|simple-message-summary|dtmf-relay|media_control\+xml|reginfo\+xml)|message\/sipfrag)\b/i;

export interface TracedMessage {
  readonly atMs: number;
  readonly direction: 'sent' | 'received';
  /** For example `TLS 127.0.0.1:5061`. */
  readonly server: string;
  /** Empty where the message has none. */
  readonly callId: string;
  /** Without secrets and without what people wrote. */
  readonly text: string;
}

export interface SipTraceOptions {
  readonly clock: Clock;
  /** Whether the person or the organization switched it on; asked for each message. */
  readonly isOn: () => boolean;
  /** Takes passwords, credentials and SDES keys out, as it does for the log. */
  readonly redact: (text: string) => string;
}

/** SIP messages as they went over the wire, while the trace is on: the newest ones, in memory only. */
export class SipTrace {
  readonly #options: SipTraceOptions;
  #messages: TracedMessage[] = [];
  #characters = 0;

  constructor(options: SipTraceOptions) {
    this.#options = options;
  }

  record(direction: TracedMessage['direction'], server: string, raw: string): void {
    const { clock, isOn, redact } = this.#options;
    if (!isOn()) return;
    const message = parseSipMessage(raw);
    const callId = message === undefined ? '' : (headerValue(message, 'call-id') ?? '');
    const text = redact(withoutWords(raw)).slice(0, traceLimits.messageCharacters);
    this.#messages.push({ atMs: clock.now(), direction, server, callId, text });
    this.#characters += text.length;
    let kept = this.#messages.length;
    while (kept > traceLimits.messages || this.#characters > traceLimits.characters) {
      const oldest = this.#messages[this.#messages.length - kept];
      if (oldest === undefined) break;
      this.#characters -= oldest.text.length;
      kept -= 1;
    }
    if (kept < this.#messages.length) this.#messages = this.#messages.slice(-kept);
  }

  clear(): void {
    this.#messages = [];
    this.#characters = 0;
  }

  get count(): number {
    return this.#messages.length;
  }

  /** As text, oldest first; with a Call-ID only the messages of that call. */
  text(callId?: string): string {
    return this.#messages
      .filter((message) => callId === undefined || message.callId === callId)
      .map(({ atMs, direction, server, text }) => {
        const arrow = direction === 'sent' ? '-->' : '<--';
        return `${new Date(atMs).toISOString()} ${arrow} ${server}\n${text.replaceAll('\r\n', '\n').trimEnd()}\n`;
      })
      .join('\n');
  }
}

/** The body only where it is technical: MESSAGE and the like carry what people write. */
function withoutWords(raw: string): string {
  const end = raw.indexOf('\r\n\r\n');
  if (end < 0 || raw.length === end + 4) return raw;
  const message = parseSipMessage(raw);
  const type = message === undefined ? '' : (headerValue(message, 'content-type') ?? '');
  if (technicalBody.test(type.trim())) return raw;
  // A multipart body may hold SDP beside words; how long it is says enough.
  return `${raw.slice(0, end + 4)}[${String(raw.length - end - 4)} characters are not kept]`;
}
