import { release } from 'node:os';
import type { ServiceHealth } from '../src-shared/model/health.ts';
import type { SettingState } from '../src-shared/contract/system.ts';
import type { LoopDelay } from './core/loop-delay.ts';
import type { Host } from './host.ts';

export interface ReportInput {
  readonly host: Host;
  readonly health: readonly ServiceHealth[];
  readonly settings: readonly SettingState[];
  readonly notices: readonly string[];
  readonly loopDelay: LoopDelay;
  /** The newest lines, oldest first. */
  readonly logTail: readonly string[];
  readonly nowMs: number;
}

/** The text that "Copy report" gives: enough for support to begin with. The caller redacts it. */
export function supportReport(input: ReportInput): string {
  const { host, health, settings, notices, loopDelay, logTail, nowMs } = input;
  const changed = settings.filter((setting) => setting.source !== 'default');
  return [
    `Parley ${host.version} (${host.shell} shell) on ${host.platform} ${release()}, Node ${process.versions.node}`,
    `Made ${new Date(nowMs).toISOString()}`,
    `Secrets are kept in: ${host.secrets.backend}`,
    `Longest block of the service process: ${loopDelay.maxMs.toFixed(1)} ms`,
    ...notices.map((notice) => `Notice: ${notice}`),
    '',
    'Services',
    ...health.map(({ service, state, server, message, detail }) =>
      [`  ${service}: ${state}`, server, message, detail]
        .filter((part) => part !== undefined && part !== '')
        .join(' | '),
    ),
    '',
    'Settings that are not at their default',
    ...changed.map(({ key, value, source }) => `  ${key} = ${JSON.stringify(value)} (${source})`),
    '',
    'End of the log',
    ...logTail.map((line) => `  ${line}`),
    '',
  ].join('\n');
}
