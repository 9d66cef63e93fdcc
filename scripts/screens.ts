import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from '@playwright/test';
import { launchChromium } from '../e2e/harness/chromium.ts';
import { layoutFaults } from '../e2e/harness/layout-faults.ts';
import { looks, wear } from '../e2e/harness/looks.ts';
import { ParleyProcess } from '../e2e/harness/parley-process.ts';
import { callViews, edgeViews, quietViews } from '../e2e/harness/tour.ts';
import type { TourStage, TourStop } from '../e2e/harness/tour.ts';
import { seedFor } from '../e2e/lab/client-settings.ts';
import { startLab } from '../e2e/lab/lab.ts';
import type { Lab } from '../e2e/lab/lab.ts';
import { build } from './build.ts';
import { inRoot } from './paths.ts';
import { step } from './step.ts';

/** `npm run screens`: a picture of every view in every look, in `out/screens/`, and what does not fit in them. */
const usage = `npm run screens -- [options]

  --only TEXT   only views whose name holds TEXT (the others are visited, not drawn)
  --tour NAME   only one tour: quietViews, callViews, edgeViews
  --scale N     device pixels per pixel (default 1)
  --help
`;

/** Nothing here waits for ever: past this the run gives up. */
const longestRunMs = 240_000;

const { values } = parseArgs({
  options: { only: { type: 'string' }, tour: { type: 'string' }, scale: { type: 'string' }, help: { type: 'boolean' } },
});

/** Writes the pictures of one view and returns its faults. */
async function draw(stop: TourStop, folder: string): Promise<readonly string[]> {
  if (values.only !== undefined && !stop.name.includes(values.only)) return [];
  const faults: string[] = [];
  for (const look of looks) {
    await wear(stop.page, look);
    const name = `${stop.name}-${look.name}`;
    await stop.page.screenshot({ path: join(folder, `${name}.png`), caret: 'initial' });
    for (const fault of await layoutFaults(stop.page)) faults.push(`${name}: ${fault}`);
  }
  const [first] = looks;
  if (first !== undefined) await wear(stop.page, first);
  return faults;
}

/** Parley processes and browsers of this run, to be ended with it. */
class Cast {
  readonly #processes: ParleyProcess[] = [];
  readonly #browsers: Browser[] = [];

  stage(lab: Lab): TourStage {
    return {
      lab,
      start: async (options = {}) => {
        const { as = 'alice', ...rest } = options;
        const account = as === null ? undefined : lab.account(as);
        const parley = new ParleyProcess({
          seed: seedFor(lab.description, as ?? 'alice'),
          ...(account === undefined ? {} : { signIn: { address: account.address, password: account.password } }),
          ...rest,
        });
        this.#processes.push(parley);
        await parley.start();
        return parley;
      },
      open: async (parley) => {
        const browser = await launchChromium();
        this.#browsers.push(browser);
        const context = await browser.newContext({
          viewport: { width: 1180, height: 760 },
          deviceScaleFactor: Number(values.scale ?? 1),
          reducedMotion: 'reduce',
        });
        await context.grantPermissions(['microphone', 'notifications'], { origin: parley.origin });
        const page = await context.newPage();
        page.on('pageerror', (error) => {
          process.stderr.write(`Error in the window: ${error.message}\n`);
        });
        await page.goto(parley.windowUrl);
        return page;
      },
    };
  }

  async end(): Promise<void> {
    for (const browser of this.#browsers.splice(0)) await browser.close();
    for (const parley of this.#processes.splice(0)) await parley.stop();
  }
}

async function screens(): Promise<void> {
  await step('Build', build);
  const folder = inRoot('out', 'screens');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lab = await step('Lab of real servers', () => startLab());
  const faults: string[] = [];
  let views = 0;
  try {
    for (const tour of [quietViews, callViews, edgeViews]) {
      if (values.tour !== undefined && values.tour !== tour.name) continue;
      const cast = new Cast();
      try {
        await step(tour.name, async () => {
          for await (const stop of tour(cast.stage(lab))) {
            faults.push(...(await draw(stop, folder)));
            views += 1;
          }
        });
      } finally {
        await cast.end();
      }
    }
  } finally {
    await lab.stop();
  }
  for (const fault of faults) console.log(fault);
  console.log(`${views} views in ${looks.length} looks in ${folder}, ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}

if (values.help === true) process.stdout.write(usage);
else {
  const giveUp = setTimeout(() => {
    process.stderr.write(`Gave up after ${longestRunMs / 60_000} minutes.\n`);
    process.exit(1);
  }, longestRunMs);
  await screens();
  clearTimeout(giveUp);
}
