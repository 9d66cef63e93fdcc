/** A range of UDP ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Below are the ports of well-known services, which need rights. */
const lowestPort = 1_024;
/** Eight calls with a port for RTP and one for RTCP each. */
const leastPorts = 16;

/** Reads `first-last`; undefined for what is no range, or too small a one for the calls of one person. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{4,5})-(\d{4,5})$/.exec(text);
  const first = Number(match?.[1] ?? Number.NaN);
  const last = Number(match?.[2] ?? Number.NaN);
  return first >= lowestPort && last <= 65_535 && last - first + 1 >= leastPorts ? { first, last } : undefined;
}
