import { readFileSync } from 'node:fs';

/**
 * Fills `@NAME@` in a file of `templates/`.
 * @throws Error for a name without a value: a half-filled configuration fails in odd ways later
 */
export function fillTemplate(name: string, values: Readonly<Record<string, string | number>>): string {
  const text = readFileSync(new URL(`templates/${name}`, import.meta.url), 'utf8');
  return text.replace(/@([A-Z0-9_]+)@/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`lab: template ${name} wants @${key}@`);
    return String(value);
  });
}
