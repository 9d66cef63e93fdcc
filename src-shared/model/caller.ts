/** Who withholds their number comes without one, or as `anonymous` (RFC 3323 section 4.1.1.3): there is nothing to call. */
export function hidesNumber({ number }: { readonly number: string }): boolean {
  return number === '' || number.toLowerCase() === 'anonymous';
}
