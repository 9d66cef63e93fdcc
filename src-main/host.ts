/**
 * What the two shells differ in. Types only: everything in src-main may import this,
 * each shell implements it once.
 */
export interface Host {
  readonly shell: 'electron' | 'browser';
  readonly version: string;
  readonly platform: NodeJS.Platform;
  readonly paths: HostPaths;
  readonly secrets: SecretStore;
  readonly power: PowerEvents;
  /** Starts the media gateway process. */
  forkGateway(): GatewayChannel;
  /**
   * Shows a notification of the system. False when this shell has none: the window is then asked to.
   */
  notify(notification: HostNotification): boolean;
  /** Brings the window to the front. */
  showWindow(): void;
}

export interface HostPaths {
  /** Database and settings of this user on this machine. */
  readonly data: string;
  readonly logs: string;
  readonly home: string;
  /** The user's documents folder as the system names it. */
  readonly documents: string;
  /** The administrator's policy file; it need not exist. */
  readonly policyFile: string;
  /**
   * Settings handed over at start, of the same form as the policy file's `seed`: defaults of this start that the
   * person may change. Unlike a policy it can lock nothing, so it needs no administrator.
   */
  readonly seedFile: string | undefined;
}

/** Secrets at rest, by name. */
export interface SecretStore {
  /** For people, for example "the macOS keychain". */
  readonly backend: string;
  /** True when the operating system does not protect them. */
  readonly plainText: boolean;
  get(name: string): Promise<string | undefined>;
  set(name: string, secret: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface PowerEvents {
  onSleep(listener: () => void): void;
  onWake(listener: () => void): void;
}

export interface HostNotification {
  readonly title: string;
  readonly body: string;
  /** Replaces an earlier notification with the same tag. */
  readonly tag: string;
  readonly onClick: () => void;
}

/** The wire to the media gateway process: structured-clonable messages both ways. */
export interface GatewayChannel {
  readonly pid: number | undefined;
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number | null) => void): void;
  /** Ends the process for good (SIGKILL or its like). */
  kill(): void;
}
