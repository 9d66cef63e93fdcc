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

/** Logs nowhere; for unit tests. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
