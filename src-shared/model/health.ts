export const serviceNames = ['chat', 'phone', 'directory', 'voicemail', 'mediaGateway', 'store', 'archive'] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * `off`: not configured or signed out; `starting`: first connection under way; `ok`;
 * `reconnecting`: was up, trying again by itself; `failed`: needs the person (password, certificate, disk).
 */
export const healthStates = ['off', 'starting', 'ok', 'reconnecting', 'failed'] as const;
export type HealthState = (typeof healthStates)[number];

export interface ServiceHealth {
  readonly service: ServiceName;
  readonly state: HealthState;
  /** What happened, what Parley does, what you can do; empty when `ok` or `off`. */
  readonly message: string;
  /** The server does not accept the password: it helps to enter another one. */
  readonly needsPassword?: boolean;
  /** Server in use, `host:port`. */
  readonly server?: string;
  /** For "Copy details". No secrets. */
  readonly detail?: string;
  /** Trying again by hand changes nothing: it is being done at this moment, or waits for the next start. */
  readonly cannotRetry?: true;
}
