/**
 * `npm run lab`: starts the whole lab, prints accounts and ports, runs until Ctrl-C.
 *
 *   --json          one line of JSON (see description.ts) on standard output instead of the table
 *   --with-parent   also stops when standard input closes, that is when the parent process dies
 *   --quiet-people  nobody changes presence by itself
 *   --roster=N      N contacts in alice's roster
 *   --people=N      N people in the directory
 */
import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { MissingPackagesError } from './packages.ts';

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

function render(lab: Lab, startMs: number): string {
  const online = new Set(lab.description.xmpp?.colleagues);
  const phones = new Map(lab.description.sip?.phones.map((phone) => [phone.user, phone]));
  const role = (user: string): string => {
    const phone = phones.get(user);
    const sound = phone?.sound === 'tone' ? `phone plays ${String(phone.hz)} Hz and records` : 'phone echoes';
    return [online.has(user) ? 'answers chat' : '', phone === undefined ? '' : sound]
      .filter((word) => word !== '')
      .join(', ');
  };
  const accounts = [
    ['USER', 'PASSWORD', 'ADDRESS', 'NUMBER', 'EXT', 'WHAT'],
    ...lab.accounts.map(({ user, password, address, number, extension }) => [
      ...[user, password, address, number, extension],
      user === 'alice' ? 'sign in as her' : role(user),
    ]),
  ];
  const ports = [
    ['SERVER', 'PORTS ON 127.0.0.1'],
    ...Object.entries(lab.ports)
      .filter(([, numbers]) => Object.keys(numbers).length > 0)
      .map(([server, numbers]) => [
        server,
        Object.entries(numbers)
          .map(([name, port]) => `${name} ${String(port)}`)
          .join('  '),
      ]),
  ];
  const { ldap } = lab.description;
  return [
    `The lab is up after ${(startMs / 1_000).toFixed(1)} s.`,
    '',
    table(accounts),
    '',
    table(ports),
    '',
    `  authority   ${lab.certificates.caPath}`,
    `  directory   ${ldap?.suffix ?? ''} as ${ldap?.reader.dn ?? ''} with ${ldap?.reader.password ?? ''}`,
    `  logs        ${lab.directory}`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

function count(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} wants a whole number, not ${text}`);
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      'with-parent': { type: 'boolean', default: false },
      'quiet-people': { type: 'boolean', default: false },
      roster: { type: 'string' },
      people: { type: 'string' },
    },
  });
  const rosterSize = count(values.roster, 'roster');
  const people = count(values.people, 'people');
  const begin = performance.now();
  const starting = startLab({
    isInteractive: !values['quiet-people'],
    ...(rosterSize === undefined ? {} : { rosterSize }),
    ...(people === undefined ? {} : { people }),
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    starting
      .then((lab) => lab.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  if (values['with-parent']) process.stdin.on('end', stop).on('error', stop).resume();
  const lab = await starting;
  const text = values.json ? `${JSON.stringify(lab.description)}\n` : render(lab, performance.now() - begin);
  process.stdout.write(text);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof MissingPackagesError ? error.message : String(error)}\n`);
  process.exit(1);
});
