/** The little of @xmpp/client (which carries no types) that the colleague uses. */
declare module '@xmpp/client' {
  export interface Element {
    readonly name: string;
    readonly attrs: Readonly<Record<string, string | undefined>>;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildText(name: string): string | null;
  }
  export type Child = Element | string;
  export function xml(
    name: string,
    attributes?: Readonly<Record<string, string>>,
    ...children: readonly Child[]
  ): Element;

  export type Authenticate = (
    credentials: { readonly username: string; readonly password: string },
    mechanism: string,
  ) => Promise<void>;

  export interface Client {
    on(event: 'online' | 'offline', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'stanza', listener: (stanza: Element) => void): this;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
  }
  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly resource: string;
    readonly username: string;
    readonly credentials: (authenticate: Authenticate) => Promise<void>;
  }): Client;
}
