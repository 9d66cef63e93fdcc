/** Reads a header of a request; undefined when it is not there. */
type Read = (name: string) => string | undefined;

/**
 * Whether the caller asks to be answered without a hand: Answer-Mode (RFC 5373), Call-Info with answer-after (Broadsoft,
 * Asterisk, 3CX), Alert-Info (Polycom, Snom, Yealink).
 */
export function wantsAnswer(header: Read): boolean {
  if (/^\s*auto\b/i.test(header('answer-mode') ?? '') || /^\s*auto\b/i.test(header('priv-answer-mode') ?? ''))
    return true;
  if (/;\s*answer-after\s*=\s*\d+/i.test(header('call-info') ?? '')) return true;
  const alert = header('alert-info') ?? '';
  return /info\s*=\s*"?(alert-autoanswer|auto[- ]?answer)/i.test(alert) || /;\s*answer-after\s*=\s*\d+/i.test(alert);
}
