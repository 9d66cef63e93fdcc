import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { axeExclusions } from './axe-exclusions.ts';

/** Rules that depend on the colours; everything else is the same in every colour scheme. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/**
 * What axe-core finds in a window, without what is accepted: `rule | element | why`. `colours` asks only the rules
 * that depend on colours.
 */
export async function axeFindings(page: Page, ask: 'everything' | 'colours'): Promise<readonly string[]> {
  // A page that has axe keeps it: parsing it again costs more than most of its findings.
  const hasAxe = await page.evaluate(() => 'axe' in globalThis);
  // Legacy mode: no second page, whose origin the window's policy would not know. The script comes by the debugger,
  // so the policy stays in force.
  const builder = new AxeBuilder({ page, ...(hasAxe ? { axeSource: ';' } : {}) })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] });
  if (ask === 'colours') builder.withRules(colourRules);
  const { violations } = await builder.analyze();
  const findings: string[] = [];
  for (const { id, nodes } of violations) {
    const accepted = axeExclusions.filter(({ rule }) => rule === id).map(({ selector }) => selector);
    for (const node of nodes) {
      const target = node.target.join(' ');
      const isAccepted =
        accepted.length > 0 &&
        (await page.evaluate(([element, selectors]) => document.querySelector(element)?.closest(selectors) != null, [
          target,
          accepted.join(),
        ] as const));
      if (isAccepted) continue;
      const why = [...node.any, ...node.all, ...node.none][0]?.message ?? '';
      findings.push(`${id} | ${target} | ${why}`);
    }
  }
  return findings;
}
