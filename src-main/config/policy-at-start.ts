import { readFileSync } from 'node:fs';
import { t } from '../../src-shared/words.ts';
import type { HostPaths } from '../host.ts';
import { parsePolicy, readPolicy, systemPolicyProbe } from './policy-file.ts';
import type { Policy } from './policy-file.ts';

/** The administrator's file, and below it what was handed over at start, which can only seed. */
export function policyAtStart(paths: Pick<HostPaths, 'policyFile' | 'seedFile'>, platform: NodeJS.Platform): Policy {
  const { policyFile, seedFile } = paths;
  const policy = readPolicy(policyFile, systemPolicyProbe(platform));
  if (seedFile === undefined) return policy;
  let text: string;
  try {
    text = readFileSync(seedFile, 'utf8');
  } catch {
    return {
      ...policy,
      problems: [...policy.problems, t('The settings file {seedFile} cannot be read.', { seedFile })],
    };
  }
  const seeded = parsePolicy(`{"version":1,"seed":${text}}`, seedFile);
  return {
    lock: policy.lock,
    seed: { ...seeded.seed, ...policy.seed },
    problems: [...policy.problems, ...seeded.problems],
  };
}
