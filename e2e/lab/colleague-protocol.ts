/** What the lab tells the colleagues' process and what it answers: one JSON object a line. */

export type Show = 'available' | 'away' | 'chat' | 'dnd' | 'xa';

export interface ColleaguePresence {
  readonly user: string;
  readonly show: Show;
  readonly status: string;
}

export type ColleagueOrder =
  | { readonly order: 'online'; readonly presence: ColleaguePresence; readonly password: string }
  | { readonly order: 'presence'; readonly presence: ColleaguePresence }
  | { readonly order: 'offline'; readonly user: string }
  | { readonly order: 'say'; readonly user: string; readonly to: string; readonly text: string }
  | {
      readonly order: 'subscription';
      readonly user: string;
      readonly to: string;
      readonly type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';
    }
  | { readonly order: 'answering'; readonly isOn: boolean };

export type ColleagueEvent =
  | { readonly event: 'online' | 'offline'; readonly user: string }
  | {
      readonly event: 'message';
      readonly user: string;
      /** Bare address of the sender. */
      readonly from: string;
      readonly text: string;
      readonly id: string;
    }
  /** How somebody else is: a word of RFC 6121 section 4.7.2.1, `available` without one, or `offline`. */
  | { readonly event: 'presence'; readonly user: string; readonly from: string; readonly shown: string }
  | { readonly event: 'subscription'; readonly user: string; readonly from: string; readonly type: string }
  | { readonly event: 'chatState'; readonly user: string; readonly from: string; readonly state: string }
  | { readonly event: 'receipt'; readonly user: string; readonly from: string; readonly id: string };

/** Given in the environment as JSON when the process starts. */
export interface ColleagueSettings {
  readonly port: number;
  readonly domain: string;
  /** Between a message and its answer; the peer sees "typing" meanwhile. */
  readonly answerDelayMs: number;
  /** One of them changes presence by itself every so often; 0: never. */
  readonly driftIntervalMs: number;
}

export const SETTINGS_VARIABLE = 'PARLEY_LAB_COLLEAGUE';
