/** What is read of a mail to tell whether it is a voice message and from whom. */
export interface MailFacts {
  /** Decoded header lines; names in lower case, the first of each name counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly subject: string;
  readonly fromName: string;
  readonly fromAddress: string;
  /** UTC milliseconds: INTERNALDATE, else the Date header; undefined when neither makes sense. */
  readonly receivedAtMs: number | undefined;
}

export interface VoiceFacts {
  readonly name?: string;
  /** As the server wrote it; empty when withheld. */
  readonly number: string;
  readonly receivedAtMs: number;
  /** Seconds; 0 when the server does not say. */
  readonly durationS: number;
  readonly urgent: boolean;
}

const maxTextCharacters = 120;
const maxDurationS = 24 * 3600;
/** A message from more than a day ahead has a wrong clock. */
const aheadMs = 24 * 3_600_000;
/** Names that mean that nobody knows. */
const noName = /^(unknown|unavailable|anonymous|private|withheld|restricted|asterisk|no name|unknown caller)$/i;
const phoneLike = /^\+?[\d\s().-]{2,}$/;

/**
 * Reads caller, time, length and urgency from a mail. Asterisk says all of it in `X-Asterisk-VM-*` headers (its
 * app_voicemail with IMAP storage); other systems say it in the subject (`Message from Bob (6101)`,
 * `Voicemail from "Bob" <6101> (0:42)`) and in the From header. `nowMs` is UTC milliseconds.
 */
export function readVoiceFacts(mail: MailFacts, nowMs: number): VoiceFacts {
  const told = (name: string): string => clean(mail.headers.get(name) ?? '');
  const subject = readSubject(clean(mail.subject));
  const number = firstFilled(
    told('x-asterisk-vm-caller-id-num'),
    told('x-voicemail-caller-number'),
    subject.number,
    localNumber(mail.fromAddress),
  );
  const name = firstFilled(
    told('x-asterisk-vm-caller-id-name'),
    told('x-voicemail-caller-name'),
    subject.name,
    // The sender of a mail written by the exchange is the exchange, not the caller.
    localNumber(mail.fromAddress) === '' ? '' : clean(mail.fromName),
  );
  const known = noName.test(name) || phoneLike.test(name) ? '' : name;
  const isWithheld = noName.test(number);
  return {
    ...(known === '' ? {} : { name: known }),
    number: isWithheld ? '' : number,
    receivedAtMs: receivedAt(told('x-asterisk-vm-orig-time'), mail.receivedAtMs, nowMs),
    durationS: durationOf(
      firstFilled(told('x-asterisk-vm-duration'), told('x-voice-message-duration'), told('content-duration')),
      subject,
    ),
    urgent: isUrgent(told),
  };
}

function isUrgent(told: (name: string) => string): boolean {
  return (
    told('x-asterisk-vm-flag').toLowerCase() === 'urgent' ||
    /^(high|urgent)$/i.test(told('importance')) ||
    /^urgent$/i.test(told('priority')) ||
    /^[12]\b/.test(told('x-priority'))
  );
}

function receivedAt(originalS: string, mailMs: number | undefined, nowMs: number): number {
  const originalMs = /^\d{1,11}$/.test(originalS) ? Number(originalS) * 1_000 : 0;
  for (const candidate of [originalMs, mailMs ?? 0]) {
    if (candidate > 0 && candidate <= nowMs + aheadMs) return candidate;
  }
  return nowMs;
}

function durationOf(header: string, subject: SubjectFacts): number {
  const told = /^\d{1,6}$/.test(header) ? Number(header) : subject.durationS;
  return told <= maxDurationS ? told : 0;
}

interface SubjectFacts {
  readonly name: string;
  readonly number: string;
  readonly durationS: number;
}

function readSubject(subject: string): SubjectFacts {
  const time = /(?:\(|>\s*|duration:?\s*|length:?\s*|,\s*)(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\b/i.exec(subject);
  const durationS = time === null ? 0 : Number(time[1] ?? 0) * 3600 + Number(time[2] ?? 0) * 60 + Number(time[3] ?? 0);
  const from = /\b(?:from|von|de)\s+(.*)$/i.exec(subject)?.[1] ?? '';
  const named = /^"?([^"<(]*?)"?\s*[<(]\s*(\+?[\d*#][\d\s.*#-]*)\s*[>)]/.exec(from);
  if (named !== null) return { name: (named[1] ?? '').trim(), number: (named[2] ?? '').trim(), durationS };
  const bare = /^(\+?\d[\d\s().-]*\d)/.exec(from);
  if (bare !== null) return { name: '', number: (bare[1] ?? '').trim(), durationS };
  const name = /^"?([^"<(]+?)"?\s*(?:[<(].*)?$/.exec(from)?.[1] ?? '';
  return { name: name.trim(), number: '', durationS };
}

/** The number in an address such as `6101@pbx.example.com`. */
function localNumber(address: string): string {
  const local = address.split('@')[0] ?? '';
  return /^\+?\d{2,20}$/.test(local) ? local : '';
}

function firstFilled(...texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? '';
}

function clean(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/^\s*"(.*)"\s*$/, '$1')
    .trim()
    .slice(0, maxTextCharacters);
}
