import { digestStrength, parseChallenge } from '../digest.ts';
import { headerKey } from '../sip-message.ts';
import type { SipHeader, SipMessage } from '../sip-message.ts';

const challengeHeaders = ['www-authenticate', 'proxy-authenticate'];

/**
 * RFC 8760 section 2.4: of several challenges the client takes the topmost whose algorithm it knows.
 * SIP.js keeps only the last one and knows only MD5; it is left with the one that we can answer.
 */
export function keepBestChallenge(message: SipMessage): SipMessage {
  let result = message;
  for (const key of challengeHeaders) result = keepBestOf(result, key);
  return result;
}

function keepBestOf(message: SipMessage, key: string): SipMessage {
  const mine = message.headers.filter((header) => headerKey(header.name) === key);
  if (mine.length < 2) return message;
  const usable = mine.filter((header) => {
    const challenge = parseChallenge(header.value);
    return challenge !== undefined && digestStrength(challenge) > 0;
  });
  const best: SipHeader | undefined = usable[0] ?? mine[0];
  return { ...message, headers: message.headers.filter((header) => !mine.includes(header) || header === best) };
}
