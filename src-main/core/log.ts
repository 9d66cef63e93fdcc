import type { Clock } from '../../src-shared/clock.ts';
import { isSecretName, redacted } from './log-redaction.ts';
import type { Redactor } from './log-redaction.ts';
import type { RotatingFile } from './rotating-file.ts';

/** Writes lines of one component. Text passes the redaction of log-redaction.ts before it leaves the process. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Values beside a message. Errors are logged with their stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Makes the logger of a component, for example `log('softphone')`. */
export type LoggerFactory = (component: string) => Logger;

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Logs nowhere; for unit tests. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Characters of one line; a protocol dump beyond it is cut and says so. */
const lineCharacters = 16_384;
/** Characters of a message that are looked at; well above the line, so that no cut secret stands within it. */
const messageCharacters = 4 * lineCharacters;
/** Nesting of fields; deeper values are named only. */
const fieldDepth = 4;

export interface LogOptions {
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly file: Pick<RotatingFile, 'append'>;
  readonly level: LogLevel;
  /** Also gets each line, redacted; for a terminal. */
  readonly echo?: (line: string, level: LogLevel) => void;
}

/**
 * The log of the process. One line an entry, whatever the message holds:
 * `2026-01-31T23:59:59.000Z WARN  softphone registration failed {"server":"pbx.test:5060"}`
 */
export class Log {
  readonly #options: LogOptions;
  #level: LogLevel;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#level = options.level;
  }

  setLevel(level: LogLevel): void {
    this.#level = level;
  }

  /** The factory that services are given. */
  readonly component: LoggerFactory = (component) => ({
    debug: (message, fields) => {
      this.#write('debug', component, message, fields);
    },
    info: (message, fields) => {
      this.#write('info', component, message, fields);
    },
    warn: (message, fields) => {
      this.#write('warn', component, message, fields);
    },
    error: (message, fields) => {
      this.#write('error', component, message, fields);
    },
  });

  #write(level: LogLevel, component: string, message: string, fields: LogFields | undefined): void {
    if (logLevels.indexOf(level) < logLevels.indexOf(this.#level)) return;
    const { clock, redactor, file, echo } = this.#options;
    const clean = redactor.redact(message.slice(0, messageCharacters));
    const cleanFields = fields === undefined ? '' : ` ${redactor.redact(fieldsText(fields, redactor))}`;
    const time = new Date(clock.now()).toISOString();
    const line = oneLine(`${time} ${level.toUpperCase().padEnd(5)} ${component} ${clean}${cleanFields}`);
    file.append(line);
    echo?.(line, level);
  }
}

/** Line breaks inside an entry are written as `\n`: nobody can forge an entry by sending us one. */
function oneLine(text: string): string {
  const cut = text.length > lineCharacters ? `${text.slice(0, lineCharacters)} [cut]` : text;
  return (
    cut
      .replaceAll('\r', '\\r')
      .replaceAll('\n', '\\n')
      // Control characters would drive the terminal that shows the log.
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029]/g, '\ufffd')
  );
}

function fieldsText(fields: LogFields, redactor: Redactor): string {
  try {
    return JSON.stringify(plain(fields, redactor, 0, []));
  } catch (error) {
    // A getter that throws; the message is worth more than its fields.
    return JSON.stringify({ unloggable: String(error) });
  }
}

/** A value as JSON takes it: errors with stack, no secrets by name, no cycles, bounded depth. Strings are redacted before escaping hides their shape. */
function plain(value: unknown, redactor: Redactor, depth: number, parents: readonly object[]): unknown {
  if (typeof value === 'string') return redactor.redact(value.slice(0, messageCharacters));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (parents.includes(value)) return '[circular]';
  if (value instanceof Error) return plainError(value, redactor, depth, [...parents, value]);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  if (depth >= fieldDepth) return Array.isArray(value) ? '[array]' : '[object]';
  const inside = [...parents, value];
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => plain(item, redactor, depth + 1, inside));
  if (value instanceof Map) return plain(Object.fromEntries(value), redactor, depth, inside);
  if (value instanceof Set) return plain([...value], redactor, depth, inside);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretName(name) && item !== undefined ? redacted : plain(item, redactor, depth + 1, inside),
    ]),
  );
}

function plainError(error: Error, redactor: Redactor, depth: number, parents: readonly object[]): unknown {
  const own = Object.entries(error).filter(([name]) => !['name', 'message', 'stack', 'cause'].includes(name));
  return {
    ...Object.fromEntries(
      own.map(([name, item]) => [name, isSecretName(name) ? redacted : plain(item, redactor, depth + 1, parents)]),
    ),
    stack: redactor.redact(error.stack ?? `${error.name}: ${error.message}`),
    ...(error.cause === undefined ? {} : { cause: plain(error.cause, redactor, depth + 1, parents) }),
  };
}
