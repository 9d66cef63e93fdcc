import type { Page } from '@playwright/test';

declare global {
  interface Window {
    /** What {@link watchPolicy} saw. */
    policyViolations?: string[];
  }
}

/** Collects every breach of the page's Content Security Policy from the next load on. */
export async function watchPolicy(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    window.policyViolations = seen;
    document.addEventListener('securitypolicyviolation', (event) => {
      seen.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
}

export async function reportedViolations(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.policyViolations ?? ['the page was not watched']);
}
