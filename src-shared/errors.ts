/**
 * The codes that may cross the contract. Anything else is logged whole where it happened
 * and crosses as a bare `internal`.
 *
 * - `invalid`: the arguments do not fit the declaration, or make no sense now
 * - `notFound`: the thing named does not exist (any more)
 * - `limit`: a limit of src-shared/limits.ts would be passed
 * - `locked`: the organization's policy holds this value
 * - `denied`: credentials or permission refused
 * - `offline`: the server that is needed cannot be reached now
 * - `timeout`: no answer within the deadline
 * - `disconnected`: the wire between window and service closed in mid-call
 * - `unsupported`: the other side or this computer cannot do it
 * - `media`: microphone, camera or speaker missing, in use or refused
 * - `internal`: a bug; details stay in the log
 */
export const errorCodes = [
  'invalid',
  'notFound',
  'limit',
  'locked',
  'denied',
  'offline',
  'timeout',
  'disconnected',
  'unsupported',
  'media',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An expected failure as plain data, as it crosses the contract. `message` is for people, `detail` for "Copy details". */
export interface AppErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail?: string;
}

/** An expected failure: typed, in plain words, safe to show. Never holds a secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, detail?: string) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.detail = detail;
  }

  toData(): AppErrorData {
    return { code: this.code, message: this.message, ...(this.detail === undefined ? {} : { detail: this.detail }) };
  }

  static fromData(data: AppErrorData): AppError {
    return new AppError(data.code, data.message, data.detail);
  }
}
