import { linkSchemes, parseLink } from '../../src-shared/text/link.ts';

/** The first link of ours in a command line; empty when there is none. */
export function linkIn(argv: readonly string[]): string {
  return argv.find((word) => parseLink(word) !== undefined) ?? '';
}

/** Schemes without their colon, as the operating system registers them. */
export const protocolNames: readonly string[] = linkSchemes.map((scheme) => scheme.slice(0, -1));
