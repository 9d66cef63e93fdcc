import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DOMAIN, account } from './accounts.ts';
import { SETTINGS_VARIABLE } from './colleague-protocol.ts';
import type { ColleagueEvent, ColleagueOrder, ColleaguePresence, ColleagueSettings } from './colleague-protocol.ts';
import type { Identity } from './process-group.ts';
import type { ProsodyServer } from './prosody.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { until } from './wait.ts';

export interface ColleagueOptions {
  /** Who is online from the start, and how. */
  readonly online: readonly ColleaguePresence[];
  readonly answerDelayMs: number;
  /** 0: presence changes on command only, which is what specs want. */
  readonly driftIntervalMs: number;
}

/** Half of alice's roster, in every kind of presence. */
export const DEFAULT_ONLINE: readonly ColleaguePresence[] = [
  { user: 'bob', show: 'available', status: '' },
  { user: 'carol', show: 'available', status: 'Support desk until 18:00' },
  { user: 'dave', show: 'away', status: 'On the train' },
  { user: 'eve', show: 'dnd', status: 'Design review' },
  { user: 'grace', show: 'available', status: 'Building' },
  { user: 'judy', show: 'xa', status: 'Back on Monday' },
];

const DEFAULT_EVENT_TIMEOUT_MS = 10_000;

/** The chat colleagues: several people of alice's roster in one process, on the stock @xmpp/client. */
export class Colleagues extends LabServer<never> {
  readonly #options: ColleagueOptions;
  readonly #prosody: ProsodyServer;
  readonly #events: ColleagueEvent[] = [];
  #isListening = false;
  #firstEvent = 0;

  constructor(context: LabContext, options: ColleagueOptions, prosody: ProsodyServer) {
    super('colleagues', context, {});
    this.#options = options;
    this.#prosody = prosody;
  }

  /** Everything that the colleagues have seen, oldest first. */
  get events(): readonly ColleagueEvent[] {
    return this.#events;
  }

  /** Signs a person in; any account of the lab, or an extra contact. Resolves when online. */
  async online(presence: ColleaguePresence, password = `${presence.user}-lab-password`): Promise<void> {
    const from = this.#events.length;
    this.#send({ order: 'online', presence, password });
    await this.waitFor((event) => event.event === 'online' && event.user === presence.user, { from });
  }

  /** Signs a person out. */
  offline(user: string): void {
    this.#send({ order: 'offline', user });
  }

  setPresence(presence: ColleaguePresence): void {
    this.#send({ order: 'presence', presence });
  }

  /** Sends a chat message. @param to bare address; alice unless told otherwise */
  say(user: string, text: string, to = account('alice').address): void {
    this.#send({ order: 'say', user, to, text });
  }

  /** Sends a subscription stanza (RFC 6121 section 3). @param to bare address */
  subscription(
    user: string,
    type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed',
    to = account('alice').address,
  ): void {
    this.#send({ order: 'subscription', user, to, type });
  }

  /** Whether they answer what is said to them; they do unless told otherwise. */
  setAnswering(isOn: boolean): void {
    this.#send({ order: 'answering', isOn });
  }

  /**
   * The first event at or after position `from` of {@link events} that `matches`.
   * @throws Error when it has not come after `timeoutMs`
   */
  async waitFor(
    matches: (event: ColleagueEvent) => boolean,
    options: { readonly from?: number; readonly timeoutMs?: number } = {},
  ): Promise<ColleagueEvent> {
    return until(
      () => `an event of the colleagues; the last were ${JSON.stringify(this.#events.slice(-8))}`,
      () => this.#events.slice(options.from ?? 0).find(matches),
      options.timeoutMs ?? DEFAULT_EVENT_TIMEOUT_MS,
      5,
    );
  }

  /** It reads the checked-out sources, which an unprivileged user may not be allowed to. */
  protected override get identity(): Identity | undefined {
    return undefined;
  }

  protected override get stdio(): 'lines' {
    return 'lines';
  }

  protected override prepare(): void {
    this.#isListening = false;
    this.#firstEvent = this.#events.length;
  }

  protected override launch(): ServerCommand {
    const settings: ColleagueSettings = {
      port: this.#prosody.ports.c2s,
      domain: DOMAIN,
      answerDelayMs: this.#options.answerDelayMs,
      driftIntervalMs: this.#options.driftIntervalMs,
    };
    return {
      file: process.execPath,
      args: [fileURLToPath(new URL('colleague-process.ts', import.meta.url))],
      // the stock client has no option for an authority of one's own
      env: { NODE_EXTRA_CA_CERTS: this.context.certificates.caPath, [SETTINGS_VARIABLE]: JSON.stringify(settings) },
    };
  }

  protected override isReady(): boolean {
    if (!this.#isListening) this.#listen();
    const events = this.#events.slice(this.#firstEvent);
    return this.#options.online.every(({ user }) =>
      events.some((event) => event.event === 'online' && event.user === user),
    );
  }

  #listen(): void {
    const { stdout } = this.group.child;
    if (stdout === null) return;
    this.#isListening = true;
    createInterface({ input: stdout }).on('line', (line) => {
      this.#events.push(JSON.parse(line) as ColleagueEvent);
    });
    for (const presence of this.#options.online) {
      this.#send({ order: 'online', presence, password: account(presence.user).password });
    }
  }

  #send(order: ColleagueOrder): void {
    const { stdin } = this.group.child;
    stdin?.write(`${JSON.stringify(order)}\n`);
  }
}
