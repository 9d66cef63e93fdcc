/** The parts of the @xmpp packages that Parley uses; they carry no types of their own. */

declare module '@xmpp/xml' {
  /** Children of an element: elements and text. */
  export type Node = Element | string;
  export type Attributes = Readonly<Record<string, string | undefined>>;

  export class Element {
    constructor(name: string, attributes?: Attributes | string);
    /** With its prefix, for example `stream:features`. */
    readonly name: string;
    parent: Element | null;
    children: Node[];
    readonly attrs: Record<string, string | undefined>;
    is(name: string, namespace?: string): boolean;
    /** Without prefix. */
    getName(): string;
    getNS(): string | undefined;
    getChild(name: string, namespace?: string): Element | undefined;
    getChildren(name: string, namespace?: string): Element[];
    getChildElements(): Element[];
    getChildText(name: string, namespace?: string): string | null;
    getText(): string;
    append(...nodes: Node[]): void;
    toString(): string;
  }

  export class Parser {
    constructor();
    root: Element | null;
    cursor: Element | null;
    onStartElement(name: string, attributes: Attributes): void;
    onEndElement(name: string): void;
    onText(text: string): void;
    write(text: string): void;
    on(event: 'start' | 'element' | 'end', listener: (element: Element) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}

declare module '@xmpp/client' {
  import type { Attributes, Element, Node } from '@xmpp/xml';

  export type { Element } from '@xmpp/xml';

  export function xml(name: string, attributes?: Attributes | null, ...children: readonly Node[]): Element;

  export interface Jid {
    readonly local: string;
    readonly domain: string;
    readonly resource: string;
    /** The same address without its resource. */
    bare(): Jid;
    toString(): string;
  }

  /** Parses an address. @throws TypeError when it has no domain */
  export function jid(address: string): Jid;

  export type Authenticate = (
    credentials: { readonly username: string; readonly password: string },
    mechanism: string,
  ) => Promise<void>;

  /** The stock client: the lab's colleagues use it, Parley does not. */
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
