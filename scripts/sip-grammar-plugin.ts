/** What of a Vite plugin is used here. */
interface TransformPlugin {
  readonly name: string;
  transform(code: string, id: string): { readonly code: string; readonly map: null } | undefined;
}

const grammarFile = /sip\.js[\\/]lib[\\/]grammar[\\/]pegjs[\\/]dist[\\/]grammar\.js$/;
const table = /const peg\$bytecode = (\[.*?\n {4}\]);\n/s;

/**
 * SIP.js's generated parser decodes its table of rules anew for every header that it reads: two thirds of the time that
 * a SIP message takes, and most of its garbage. The table never changes; in the bundle it is decoded once. Nothing else
 * of the parser is touched.
 *
 * @throws Error when the parser of this version of SIP.js looks different
 */
export function decodeSipGrammarOnce(): TransformPlugin {
  return {
    name: 'decode-sip-grammar-once',
    transform(code, id) {
      if (!grammarFile.test(id)) return undefined;
      const once = code.replace(
        table,
        (_whole, rules: string) => `const peg$bytecode = (peg$decodedOnce ??= ${rules});\n`,
      );
      if (once === code) throw new Error('The grammar of SIP.js is not as expected: see scripts/sip-grammar-plugin.ts');
      return { code: `let peg$decodedOnce;\n${once}`, map: null };
    },
  };
}
