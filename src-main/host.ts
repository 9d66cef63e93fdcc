import type { GlobalKeyName } from '../src-shared/model/global-key.ts';
import type { OwnPresenceState, Presence } from '../src-shared/model/presence.ts';

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
  /** Shows this beside the clock, where the shell has a place there. */
  showStatus(status: HostStatus): void;
  /** Brings the window to the front. */
  showWindow(): void;
  /** What stands over or beside other programs; undefined where the shell has nothing there. */
  readonly desktop: HostDesktop | undefined;
  /**
   * Makes Parley the program that opens links for this user, or no longer; undefined where the shell cannot. Rejects
   * when the system does not let it.
   */
  readonly openLinks: ((on: boolean) => Promise<void>) | undefined;
  /**
   * Asks the person for a folder by the system's dialog, beginning at this one; resolves to undefined when they choose
   * none. Undefined where the shell has no such dialog.
   */
  readonly chooseFolder: ((beginAt: string) => Promise<string | undefined>) | undefined;
  /** Shows a file in its folder, in the system's own program for that; undefined where the shell cannot. */
  readonly showFile: ((path: string) => void) | undefined;
}

/** Keys that work everywhere, the window of incoming calls, the menu beside the clock. */
export interface HostDesktop {
  /** Whether the window of incoming calls is wanted now; the shell leaves it out while its own window has the focus. */
  showIncoming(wanted: boolean): void;
  /** The colours that the person chose, for what the system draws of a window. */
  setTheme(theme: 'system' | 'light' | 'dark'): void;
  /** The combinations to listen to from now on, by what they do; all others are given back. */
  setKeys(keys: ReadonlyMap<GlobalKeyName, string>): void;
  /** Of these combinations those that another program holds. */
  takenKeys(keys: ReadonlyMap<GlobalKeyName, string>): readonly GlobalKeyName[];
  /** The text on the clipboard. */
  clipboardText(): Promise<string>;
  listen(listener: DesktopListener): void;
}

/** What a person did outside the window. */
export interface DesktopListener {
  readonly key: (name: GlobalKeyName) => void;
  readonly presence: (state: OwnPresenceState) => void;
}

/** How the person does, in short. */
export interface HostStatus {
  readonly presence: Presence['state'];
  /** What the person chose; undefined while nobody is signed in, who could choose. */
  readonly chosen: OwnPresenceState | undefined;
  readonly missedCalls: number;
  readonly unreadMessages: number;
  /** A call runs, which would end with the program. */
  readonly inCall: boolean;
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
  /** The person locked the screen, or unlocked it; never told where the shell cannot know. */
  onLock(listener: () => void): void;
  onUnlock(listener: () => void): void;
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
