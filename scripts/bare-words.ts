import ts from 'typescript';
import { importedSpeakers, saysWords } from './said-words.ts';

/** Files of src-main and src-shared that say nothing to a person in a window, with what they hold instead. */
const neverShown: readonly (readonly [file: RegExp, holds: string])[] = [
  [/\.test\.ts$|test-support|test-data|fake-electron|scripted-server/, 'tests'],
  [/core\/migrations\/|-store\.ts$|-sql\.ts$/, 'SQL'],
  [/shell-browser\/(main|arguments|browser-shell|loopback-server|desktop-entry)\.ts$/, 'a terminal, HTTP, files'],
  [/shell-electron\/(main|protocol)\.ts$/, 'a terminal, HTTP'],
  [/config\/(settings-schema|\w+(-\w+)*-settings)\.ts$/, 'what settings mean, for administrators'],
  [/src-main\/report\.ts$|core\/log-redaction\.ts$/, 'what support reads'],
  [/src-shared\/(words|pseudo-locale)\.ts$/, 'the speakers themselves'],
  [/softphone\/(dialogs\/|digest\.|refer-answers\.|sign-of-life\.|standby\.|arriving-calls\.)/, 'SIP'],
  [/im\/(scram|presence-stanza)\.ts$/, 'XMPP'],
  [/voicemail\/audio\.ts$/, 'why a sound cannot be read, for the log'],
  [/media-gateway\/g729-library\.ts$|core\/user-paths\.ts$|archive\/archive-path\.ts$|chromium\.ts$/, 'paths'],
];

/** Calls whose texts nobody sees in a window: the log, SQL, the system. */
const silentCalls = /(^|\.)#?log(\('\w+'\))?(\?)?\.(debug|info|warn|error|trace)$|\.(component|prepare|exec|func)$/;
const comparisons = new Set([ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken]);
/** Errors that are bugs or carry a technical reason; only AppError and ConnectFailure are shown. */
const silentErrors = /(^|\.)(?!App)\w*Error$|^Malformed|^Response$/;
/** Properties that are shown, so that one word of them counts. */
const shownNames = /^(message|notice|body|label|failure)$/;
const silentNames = /^(detail|what|meaning|serviceName)$/;

/** `line: text` of every word of a file that a person may see and that does not come from the catalog. */
export function bareWords(fileName: string, code: string): readonly string[] {
  if (neverShown.some(([file]) => file.test(fileName))) return [];
  const file = ts.createSourceFile(fileName, code, ts.ScriptTarget.Latest, true);
  const imported = importedSpeakers(file);
  const found: string[] = [];
  const tell = (node: ts.Node, what: string): void => {
    found.push(`${fileName}:${String(file.getLineAndCharacterOfPosition(node.getStart()).line + 1)}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && saysWords(node, imported)) {
      if (node.expression.getText() === 't' && !isInFunction(node))
        tell(node, 't() before a language is chosen: msg()');
      node.arguments.slice(1).forEach(visit);
      return;
    }
    if (isSilent(node)) return;
    const text = textOf(node);
    if (text !== undefined && (isShown(node, text) || looksLikeWords(text))) tell(node, text);
    if (ts.isTemplateExpression(node) && joinsWords(node, imported))
      tell(node, `words put together: ${node.getText()}`);
    if (text === undefined || ts.isTemplateExpression(node)) ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** A sentence, or the beginning of one. */
function looksLikeWords(text: string): boolean {
  return /^\s*[A-Z“‘][^]*[a-z’]+[ .]/.test(text) && text.trim().includes(' ')
    ? true
    : /[a-z] [^]*[a-z]\.\s*$/.test(text);
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `0${literal.text}`).join('');
  return undefined;
}

function isSilent(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isCallExpression(node)) return silentCalls.test(node.expression.getText());
  if (ts.isNewExpression(node)) return silentErrors.test(node.expression.getText());
  if (ts.isBinaryExpression(node) && comparisons.has(node.operatorToken.kind)) return true;
  if (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) return silentNames.test(node.name.getText());
  // The code and the detail of an AppError.
  return ts.isExpression(node) && isNewAppError(parent) && parent.arguments?.[1] !== node && parent.expression !== node;
}

function isNewAppError(node: ts.Node): node is ts.NewExpression {
  return ts.isNewExpression(node) && node.expression.getText() === 'AppError';
}

/** The text of an AppError, or of a property that is shown. */
function isShown(node: ts.Node, text: string): boolean {
  const { parent } = node;
  if (isNewAppError(parent)) return parent.arguments?.[1] === node;
  return ts.isPropertyAssignment(parent) && shownNames.test(parent.name.getText()) && /\p{L}/u.test(text);
}

function isInFunction(node: ts.Node): boolean {
  for (let { parent } = node; !ts.isSourceFile(parent); { parent } = parent) if (ts.isFunctionLike(parent)) return true;
  return false;
}

/** A template with words from the catalog and letters of its own. */
function joinsWords(node: ts.TemplateExpression, imported: ReadonlySet<string>): boolean {
  const letters = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('');
  const says = ({ expression }: ts.TemplateSpan) => ts.isCallExpression(expression) && saysWords(expression, imported);
  return /\p{L}/u.test(letters) && node.templateSpans.some(says);
}
