import { generateMessageId } from '@lingui/message-utils/generateMessageId';
import ts from 'typescript';

/** One text of `t` or `msg` of src-shared/words.ts. */
export interface SaidWords {
  readonly message: string;
  readonly id: string;
  /** From 1. */
  readonly line: number;
  /** Source of each value, by placeholder. */
  readonly values: Readonly<Record<string, string>>;
}

const wordsModule = /\/words\.ts$/;
const speakers = new Set(['t', 'msg']);

/** Whether the call says words of the catalog: `t` or `msg`, imported from src-shared/words.ts. */
export function saysWords(call: ts.CallExpression, imported: ReadonlySet<string>): boolean {
  return ts.isIdentifier(call.expression) && imported.has(call.expression.text);
}

/** Which of `t` and `msg` a file has. */
export function importedSpeakers(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!wordsModule.test(statement.moduleSpecifier.text) || bindings === undefined || !ts.isNamedImports(bindings))
      continue;
    for (const { name } of bindings.elements) if (speakers.has(name.text)) names.add(name.text);
  }
  return names;
}

/** The texts that a file of src-main or src-shared gives to the catalog, in order. */
export function saidWords(fileName: string, code: string): readonly SaidWords[] {
  // Most files say nothing, and reading them takes time.
  if (!code.includes('/words.ts')) return [];
  const file = ts.createSourceFile(fileName, code, ts.ScriptTarget.Latest, true);
  const imported = importedSpeakers(file);
  const found: SaidWords[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && saysWords(node, imported)) {
      const [text, values] = node.arguments;
      if (text !== undefined && ts.isStringLiteralLike(text)) {
        found.push({
          message: text.text,
          id: String(generateMessageId(text.text)),
          line: file.getLineAndCharacterOfPosition(text.getStart()).line + 1,
          values: valuesOf(values),
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function valuesOf(values: ts.Expression | undefined): Record<string, string> {
  if (values === undefined || !ts.isObjectLiteralExpression(values)) return {};
  return Object.fromEntries(
    values.properties.flatMap((property): [string, string][] => {
      if (ts.isShorthandPropertyAssignment(property)) return [[property.name.text, property.name.text]];
      if (!ts.isPropertyAssignment(property)) return [];
      return [[property.name.getText(), property.initializer.getText()]];
    }),
  );
}
