import { writeFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { requireBinary } from './packages.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';

/** What the name server says. Names without a final dot. */
export interface DnsRecords {
  readonly addresses?: readonly { readonly name: string; readonly address: string }[];
  readonly srv?: readonly {
    readonly name: string;
    readonly target: string;
    readonly port: number;
    readonly priority: number;
    readonly weight?: number;
  }[];
  /** RFC 3403: `flags` is `s` for SRV and `a` for addresses. */
  readonly naptr?: readonly {
    readonly name: string;
    readonly order: number;
    readonly preference: number;
    readonly flags: string;
    readonly service: string;
    readonly replacement: string;
  }[];
}

/** The one name that it always knows: a proof that it answers. */
const probeName = 'probe.dns.test';

/** A name server of the lab's own. It knows only what it is told, and asks nobody else. */
export class DnsmasqServer extends LabServer<'dns'> {
  #records: DnsRecords = {};

  constructor(context: LabContext) {
    super('dnsmasq', context, { dns: { protocols: ['udp', 'tcp'] } });
  }

  /** For the resolver setting. */
  get address(): string {
    return `127.0.0.1:${String(this.ports.dns)}`;
  }

  /** Starts it, or restarts it, with these records. */
  async use(records: DnsRecords): Promise<void> {
    this.#records = records;
    await this.restart();
  }

  protected override prepare(): void {
    const { addresses = [], srv = [], naptr = [] } = this.#records;
    const lines = [
      ...['no-resolv', 'no-hosts', 'no-poll', 'bind-interfaces', 'listen-address=127.0.0.1'],
      ...[`port=${String(this.ports.dns)}`, 'local-ttl=1', 'log-facility=-', 'local=/#/', 'user=', 'group='],
      `host-record=${probeName},127.0.0.1`,
      ...addresses.map(({ name, address }) => `host-record=${name},${address}`),
      ...srv.map(
        ({ name, target, port, priority, weight = 0 }) =>
          `srv-host=${name},${target},${String(port)},${String(priority)},${String(weight)}`,
      ),
      ...naptr.map(
        ({ name, order, preference, flags, service, replacement }) =>
          `naptr-record=${name},${String(order)},${String(preference)},${flags},${service},,${replacement}`,
      ),
    ];
    writeFileSync(join(this.directory, 'dnsmasq.conf'), `${lines.join('\n')}\n`);
  }

  protected override launch(): ServerCommand {
    return {
      file: requireBinary('dnsmasq'),
      args: ['--keep-in-foreground', `--conf-file=${join(this.directory, 'dnsmasq.conf')}`, '--pid-file'],
    };
  }

  protected override async isReady(): Promise<boolean> {
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([this.address]);
    try {
      return (await resolver.resolve4(probeName)).includes('127.0.0.1');
    } catch {
      return false;
    }
  }
}
