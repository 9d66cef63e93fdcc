import type { Wire } from '../src-shared/rpc/wire.ts';
import type { Host } from './host.ts';

/** Builds the program for a shell; `notices` is what the person has to know of what came before, in words. */
export type CreateApp = (host: Host, notices: readonly string[]) => Promise<AppPort>;

/** The program as a shell sees it: what `createApp` of app.ts gives, and what a test of a shell stands in for. */
export interface AppPort {
  start(): Promise<void>;
  /** Ends everything in reverse order; safe to call twice. */
  stop(): Promise<void>;
  /** A window connected. `clientId` is the same after a reload of that window. */
  attach(clientId: string, wire: Wire): void;
  /** A `tel:`, `sip:` or `xmpp:` link, or another start, asks the window to go somewhere. Empty: just come forward. */
  openTarget(target: string): void;
  /** Signs in with what an administrator or a test handed over in a file. */
  signInOnce(credentials: Credentials): void | Promise<void>;
  /** Notes in the log what nobody caught. */
  unexpected(kind: 'rejection' | 'exception', error: unknown): void;
  /** Resolves when no call runs. */
  whenIdle(): Promise<void>;
}

export interface Credentials {
  readonly address: string;
  readonly password: string;
}
