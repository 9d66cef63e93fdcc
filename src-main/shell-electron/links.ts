const linkProtocols: readonly string[] = ['tel:', 'sip:', 'sips:', 'xmpp:'];
const longestLink = 2_000;

/** The first link of ours in a command line; empty when there is none. */
export function linkIn(argv: readonly string[]): string {
  return (
    argv.find((word) => {
      const colon = word.indexOf(':');
      return word.length <= longestLink && linkProtocols.includes(word.slice(0, colon + 1).toLowerCase());
    }) ?? ''
  );
}
