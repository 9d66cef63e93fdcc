/** A server as people write it: `host`, `host:port`, `192.0.2.1:5060`, `[2001:db8::1]`, `[2001:db8::1]:5060`. */
export interface WrittenServer {
  readonly host: string;
  /** Undefined: the default port of the service. */
  readonly port: number | undefined;
}

const bracketed = /^\[([0-9a-f:.]{2,45})\](?::(\d{1,5}))?$/i;
const named = /^([a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?)(?::(\d{1,5}))?$/i;
const bareIpv6 = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i;

/** Undefined when it is not a server. Host names in lower case, without a final dot. */
export function parseServer(text: string): WrittenServer | undefined {
  const clean = text.trim();
  if (bareIpv6.test(clean)) return { host: clean.toLowerCase(), port: undefined };
  const match = bracketed.exec(clean) ?? named.exec(clean);
  const host = match?.[1]?.replace(/\.$/, '').toLowerCase();
  if (host === undefined || host.includes('..')) return undefined;
  const port = match?.[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return { host, port };
}
