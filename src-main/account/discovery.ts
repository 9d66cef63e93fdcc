import type { Clock } from '../../src-shared/clock.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import type { Logger } from '../core/log.ts';
import type { NaptrRecord } from '../core/name-service.ts';
import type { SrvRecord } from '../core/server-list.ts';
import type { SrvAnswers } from './srv-answers.ts';

/** Resolves SRV (RFC 2782), as `resolveSrv` of node:dns/promises does; rejects with an error that carries `code`. */
export type ResolveSrv = (name: string) => Promise<readonly SrvRecord[]>;

/** Resolves NAPTR (RFC 3403), in the same way. */
export type ResolveNaptr = (name: string) => Promise<readonly NaptrRecord[]>;

/** The SRV names asked for, each below the account's domain. */
export const srvNames = [
  '_xmpp-client._tcp', // RFC 6120 section 3.2.1
  '_xmpps-client._tcp', // XEP-0368
  '_sips._tcp', // RFC 3263 section 4.1
  '_sip._tcp',
  '_sip._udp',
  '_ldaps._tcp',
  '_ldap._tcp', // RFC 2782's own example
  '_imaps._tcp', // RFC 6186
  '_imap._tcp',
] as const;
export type SrvName = (typeof srvNames)[number];

/**
 * What DNS says of one service: its targets, `refused` (decidedly not offered: the one target `.`), or nothing known.
 */
export type SrvAnswer = readonly SrvRecord[] | 'refused' | undefined;
export interface Discovered extends Readonly<Record<SrvName, SrvAnswer>> {
  /** How SIP is carried, as NAPTR says (RFC 3263 section 4.1). */
  readonly naptr?: readonly NaptrRecord[];
}

/** What is known when DNS is not asked. */
export const nothingDiscovered: Discovered = {
  '_xmpp-client._tcp': undefined,
  '_xmpps-client._tcp': undefined,
  '_sips._tcp': undefined,
  '_sip._tcp': undefined,
  '_sip._udp': undefined,
  '_ldaps._tcp': undefined,
  '_ldap._tcp': undefined,
  '_imaps._tcp': undefined,
  '_imap._tcp': undefined,
};

export interface DiscoveryOptions {
  readonly resolveSrv: ResolveSrv;
  readonly resolveNaptr: ResolveNaptr;
  readonly answers: SrvAnswers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** All names are asked at once, so this is also the time that discovery takes at most. */
const lookUpDeadlineMs = 2_000;

/** DNS answered that there is no such record, as opposed to not answering. */
const noRecordCodes = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN', 'NODATA']);

/**
 * Asks DNS which services the domain offers. Never throws: where DNS does not answer (no network yet),
 * its last answer for this account holds.
 */
export async function discover(account: string, domain: string, options: DiscoveryOptions): Promise<Discovered> {
  const naptr = askNaptr(domain, options);
  const found = await Promise.all(
    srvNames.map(async (name) => [name, await lookUp(account, `${name}.${domain}`, options)] as const),
  );
  const answers: Partial<Record<SrvName, SrvAnswer>> = Object.fromEntries(found);
  return { ...(answers as Readonly<Record<SrvName, SrvAnswer>>), naptr: await naptr };
}

/** Few domains have it; its absence means that SRV alone decides. */
async function askNaptr(domain: string, { resolveNaptr, clock }: DiscoveryOptions): Promise<readonly NaptrRecord[]> {
  try {
    return await withDeadline(resolveNaptr(domain), lookUpDeadlineMs, clock, domain);
  } catch {
    return [];
  }
}

async function lookUp(account: string, name: string, options: DiscoveryOptions): Promise<SrvAnswer> {
  const { resolveSrv, answers, clock, log } = options;
  try {
    const records = await withDeadline(resolveSrv(name), lookUpDeadlineMs, clock, name);
    remember(records);
    return meaning(records);
  } catch (error) {
    if (error instanceof Error && 'code' in error && noRecordCodes.has(String(error.code))) {
      remember([]);
      return undefined;
    }
    log.debug('name service did not answer; its last answer holds', { name, error });
    return meaning(answers.recall(account, name) ?? []);
  }

  function remember(records: readonly SrvRecord[]): void {
    try {
      answers.remember(account, name, records, clock.now());
    } catch (error) {
      // A full disk is told by the store's health; discovery goes on.
      log.warn('an answer of the name service was not remembered', { name, error });
    }
  }
}

function meaning(records: readonly SrvRecord[]): SrvAnswer {
  const offered = records.filter((record) => record.name !== '.' && record.name !== '');
  if (offered.length > 0) return offered;
  return records.length > 0 ? 'refused' : undefined;
}
