/** Digits of RFC 4733 in what was typed or pasted: spaces, dashes and the like are left out, letters a to d count. */
export function dtmfDigits(text: string): string {
  return text.toUpperCase().replaceAll(/[^0-9*#A-D]/g, '');
}

/** In portions that one request of the contract takes. */
export function dtmfPortions(digits: string, longest = 32): readonly string[] {
  const portions: string[] = [];
  for (let start = 0; start < digits.length; start += longest) portions.push(digits.slice(start, start + longest));
  return portions;
}
