import { axeFindings } from '../harness/axe.ts';
import { bareTexts, foreignWordsOf, markedWords } from '../harness/bare-texts.ts';
import { expect, test } from '../harness/fixtures.ts';
import type { LabFixture, ParleyFixture } from '../harness/fixtures.ts';
import { layoutFaults, settled } from '../harness/layout-faults.ts';
import { looks, wear } from '../harness/looks.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { callViews, edgeViews, quietViews } from '../harness/tour.ts';
import type { TourStage, TourStop } from '../harness/tour.ts';

// A trace of so many views is large and slow; a finding names its view, its look and its element.
test.use({ trace: 'off' });

function stageOf(lab: LabFixture, parley: ParleyFixture): TourStage {
  return {
    lab: lab.owned(),
    start: (options) => parley.start({ ...options, environment: markedWords }),
    open: (process) => parley.open(process),
  };
}

/** Everything wrong with any view of a tour in any look, each with the looks in which it is; words are the same in all. */
async function faultsOf(lab: LabFixture, tour: AsyncIterable<TourStop>): Promise<readonly string[]> {
  const found = new Map<string, string[]>();
  const foreign = foreignWordsOf(lab.description);
  for await (const { name, page } of tour) {
    for (const text of await bareTexts(page, foreign)) {
      const fault = `not from the catalog: ${text}`;
      found.set(fault, [...(found.get(fault) ?? []), name]);
    }
    for (const look of looks) {
      // Its colours are those of the dark look, its layout that of the light compact one.
      if (look.name === 'compact-dark') continue;
      await wear(page, look);
      // Structure differs between the two sizes only, so that one colour scheme of each is asked everything.
      const ask = look.name === 'light' || look.name === 'compact-light' ? 'everything' : 'colours';
      for (const fault of [...(await layoutFaults(page)), ...(await axeFindings(page, ask))]) {
        const where = found.get(fault) ?? [];
        where.push(`${name}-${look.name}`);
        found.set(fault, where);
      }
    }
    const [usual] = looks;
    if (usual !== undefined) await wear(page, usual);
  }
  return [...found].map(([fault, where]) => `${fault} [${where.join(' ')}]`);
}

test.describe('every view fits its window, is free of axe findings in every look, and has its words from the catalog', () => {
  test.setTimeout(200_000);
  test('contacts, chat, search, voicemail, settings', async ({ lab, parley }) => {
    expect(await faultsOf(lab, quietViews(stageOf(lab, parley)))).toEqual([]);
  });
  test('calls', async ({ lab, parley }) => {
    expect(await faultsOf(lab, callViews(stageOf(lab, parley)))).toEqual([]);
  });
  test('sign-in, no contacts yet, a setting locked by policy', async ({ lab, parley }) => {
    expect(await faultsOf(lab, edgeViews(stageOf(lab, parley)))).toEqual([]);
  });
});

test('the checks themselves find what is wrong', async ({ alice }) => {
  const window = new ParleyWindow(alice);
  await window.openCard('Bob Okafor');
  await alice.evaluate(() => {
    const heading = document.querySelector<HTMLElement>('.list__head h1');
    const card = document.querySelector<HTMLElement>('.card');
    if (heading === null || card === null) throw new Error('no contacts');
    heading.style.cssText =
      'flex: none; width: 20px; overflow: hidden; text-overflow: clip; white-space: nowrap; color: #eee; background: #fff';
    card.style.cssText = 'margin-left: 900px; min-width: 600px';
    document.querySelector('.list__head button')?.removeAttribute('aria-label');
  });
  await settled(alice);
  const faults = await layoutFaults(alice);
  expect(faults).toContainEqual(expect.stringMatching(/^text is cut off without an ellipsis: <h1/));
  expect(faults).toContainEqual(expect.stringMatching(/^a control stands outside the window/));
  const findings = await axeFindings(alice, 'everything');
  expect(findings).toContainEqual(expect.stringMatching(/^color-contrast/));
  expect(findings).toContainEqual(expect.stringMatching(/^button-name/));
});

/** Properties whose change moves something on the screen. */
const moving = [
  'transform',
  'translate',
  'rotate',
  'scale',
  'top',
  'left',
  'right',
  'bottom',
  'width',
  'height',
  'margin',
];

test('who asks for less motion sees nothing move', { tag: '@prosody' }, async ({ lab, alice }) => {
  const { colleagues } = lab.owned();
  const window = new ParleyWindow(alice);
  await window.openChat('Bob Okafor');
  /** Movements that last long enough to be seen, noted from now on while the tour below runs. */
  const watch = () =>
    alice.evaluate((properties) => {
      const seen = new Set<string>();
      Object.assign(globalThis, { movementsSeen: seen });
      const look = (): void => {
        for (const animation of document.getAnimations()) {
          const { effect } = animation;
          if (!(effect instanceof KeyframeEffect)) continue;
          const { duration } = effect.getComputedTiming();
          const names = new Set(effect.getKeyframes().flatMap((frame) => Object.keys(frame)));
          const movesWhat = properties.filter((property) => names.has(property));
          if (movesWhat.length > 0 && Number(duration) > 1)
            seen.add(`${effect.target?.className.toString() ?? ''} ${movesWhat.join()} ${String(duration)} ms`);
        }
        requestAnimationFrame(look);
      };
      look();
    }, moving);
  const seen = () =>
    alice.evaluate(() => [...(globalThis as unknown as { readonly movementsSeen: Set<string> }).movementsSeen]);
  const tour = async (): Promise<void> => {
    await alice.keyboard.press('Control+Shift+P');
    await alice.getByRole('dialog', { name: 'Your presence' }).waitFor();
    await alice.keyboard.press('Escape');
    await alice.keyboard.press('Control+/');
    await alice.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await alice.keyboard.press('Escape');
    await alice.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'hidden' });
    await window.go('Settings');
    await alice.getByRole('link', { name: 'Chat archive' }).click();
    await alice.getByRole('switch').first().click();
    await alice.getByRole('switch').first().click();
    await window.go('Chats');
    colleagues.say('bob', 'One moment');
    await window.messages.getByText('One moment').last().waitFor();
  };
  await watch();
  await tour();
  expect(await seen()).toEqual([]);
  // The same tour does move for everybody else.
  await alice.emulateMedia({ reducedMotion: 'no-preference' });
  await tour();
  expect(await seen()).not.toEqual([]);
});
