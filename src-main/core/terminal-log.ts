import type { LogFields, Logger } from './log.ts';

/**
 * Warnings and errors of the shell itself, on the terminal: the program's own log does not stand yet when they
 * happen. Values are those of a request's line and headers or an error's message, never a body.
 */
export function terminalLog(say: (words: string) => void): Logger {
  const write = (level: string) => (message: string, fields?: LogFields) => {
    say(`shell ${level}: ${message}${words(fields)}`);
  };
  return { debug: () => undefined, info: () => undefined, warn: write('warning'), error: write('error') };
}

function words(fields: LogFields | undefined): string {
  if (fields === undefined) return '';
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${value instanceof Error ? value.message : JSON.stringify(value ?? null)}`)
    .join('');
}
