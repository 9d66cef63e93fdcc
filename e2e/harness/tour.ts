import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/wait.ts';
import type { ParleyOptions, ParleyProcess } from './parley-process.ts';
import { ParleyWindow } from './parley-window.ts';

/** What a tour needs around it: specs give their fixtures, the script for pictures its own. */
export interface TourStage {
  readonly lab: Lab;
  /** Starts a Parley seeded for the lab; `as: null` leaves it at the sign-in page. */
  start(options?: Partial<ParleyOptions> & { readonly as?: string | null }): Promise<ParleyProcess>;
  /** Opens a window of the usual size on it. */
  open(parley: ParleyProcess): Promise<Page>;
}

/** One view, open and filled. It stays as it is until the tour is told to go on. */
export interface TourStop {
  /** As a file name without an ending. */
  readonly name: string;
  readonly page: Page;
}

type Tour = AsyncGenerator<TourStop, void>;

const callTimeoutMs = 15_000;

/** Contacts, chat, search, settings, voicemail: everything that waits for the person. */
export async function* quietViews(stage: TourStage): Tour {
  const { lab } = stage;
  const page = await stage.open(await stage.start());
  const window = new ParleyWindow(page);
  const at = (name: string): TourStop => ({ name, page });

  await window.contact('Bob Okafor').waitFor();
  yield at('01-contacts-list');
  const card = await window.openCard('Bob Okafor');
  await card.getByText(lab.account('bob').title).first().waitFor();
  yield at('01-contacts');
  await window.contact('Grace Adeyemi').click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  yield at('01-contacts-row-menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('dialog', { name: 'Your presence' }).waitFor();
  yield at('01-presence-menu');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add contact', exact: true }).click();
  await page.getByRole('dialog', { name: 'Add a contact' }).waitFor();
  yield at('01-contacts-add');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Add a contact' }).waitFor({ state: 'hidden' });

  await chatWithBob(lab, window);
  yield at('02-chat');
  await page.evaluate(() => {
    location.hash = '#/chats';
  });
  yield at('02-chat-list');

  await window.search('an');
  await window.results.getByRole('option').nth(5).waitFor();
  yield at('03-search');
  await window.search('020 7946 0101');
  await window.results.getByRole('option', { name: /^Call/ }).first().waitFor();
  yield at('03-search-dial');
  await window.search('>');
  await window.results.getByRole('option').first().waitFor();
  yield at('03-command-palette');
  await page.keyboard.press('Escape');

  await window.go('Calls');
  await page.getByText('No calls yet').waitFor();
  yield at('07-calls-empty');
  await page.getByRole('tab', { name: 'Missed' }).click();
  await page.getByText('You have not missed anything').waitFor();
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('menuitemcheckbox', { name: 'Refuse calls' }).click();
  await page.keyboard.press('Escape');
  const takeCalls = page.getByRole('region', { name: 'Call history' }).getByRole('button', { name: 'Take calls here' });
  await takeCalls.waitFor();
  await page.getByRole('dialog', { name: 'Your presence' }).waitFor({ state: 'hidden' });
  yield at('07-calls-refused');
  await takeCalls.click();
  await takeCalls.waitFor({ state: 'hidden' });

  await window.go('Voicemail');
  const messages = page.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
  await messages.first().waitFor();
  yield at('07-voicemail-list');
  await messages
    .first()
    .getByRole('button', { name: /^Open message/ })
    .click();
  await page.getByRole('slider', { name: 'Position' }).waitFor();
  yield at('07-voicemail');

  for (const [id, name] of settingsStops) {
    await page.evaluate((item) => {
      location.hash = `#/settings/${item}`;
    }, id);
    await page.getByRole('heading', { level: 1, name, exact: true }).last().waitFor();
    yield at(id === 'archive' ? '10-settings-archive' : `08-settings-${id}`);
  }
  await page.getByRole('button', { name: 'Test now' }).click();
  await page.locator('.selftest').filter({ hasText: 'Directory' }).waitFor();
  await until('the self-test', () => page.getByRole('button', { name: 'Test now' }).isEnabled(), callTimeoutMs, 50);
  await page.locator('.selftest').last().scrollIntoViewIfNeeded();
  yield at('09-self-test');
  await page.keyboard.press('Control+/');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  yield at('11-shortcuts');
  await page.keyboard.press('Escape');

  await window.go('Contacts');
  await lab.dovecot.kill();
  await window.strip.waitFor({ timeout: callTimeoutMs });
  yield at('01-contacts-degraded-strip');
  await lab.dovecot.start();
}

const settingsStops = [
  ['general', 'General'],
  ['account', 'Account'],
  ['calls', 'Calls'],
  ['audio', 'Audio'],
  ['video', 'Video'],
  ['archive', 'Chat archive'],
  ['notifications', 'Notifications'],
  ['keyboard', 'Keyboard'],
  ['privacy', 'Privacy and policy'],
  ['diagnostics', 'About and diagnostics'],
] as const;

/** What bob and alice have to say to each other, alice's lines marked. */
const conversation = [
  ['bob', 'Morning! Did the quote for Harrow go out?'],
  ['alice', 'Yes, last night. They want delivery by the 14th.'],
  ['bob', 'That works if the panels ship from Leeds. I will ring them at ten and let you know what they say.'],
  ['alice', 'Thanks. The drawings are at https://files.parley.test/harrow/drawings'],
] as const;

const question = 'Could you take the Miller case after lunch?';

/** What people write in the tours. */
export const written: readonly string[] = [...conversation.map(([, text]) => text), question];

async function chatWithBob(lab: Lab, window: ParleyWindow): Promise<void> {
  lab.colleagues.setAnswering(false);
  await window.openChat('Bob Okafor');
  for (const [who, text] of conversation) {
    if (who === 'alice') await window.send(text);
    else lab.colleagues.say(who, text);
    await window.messages.getByText(text).first().waitFor();
  }
  lab.colleagues.say('carol', question);
  await window.conversation('Carol Lindqvist').waitFor();
  lab.colleagues.setAnswering(true);
}

/** Calls: ringing here, ringing there, on, a second one, and what is left of them. */
export async function* callViews(stage: TourStage): Tour {
  const { lab } = stage;
  const parley = await stage.start();
  const page = await stage.open(parley);
  const window = new ParleyWindow(page);
  const at = (name: string): TourStop => ({ name, page });
  const ended = async (): Promise<void> => {
    await window.controls.waitFor({ state: 'hidden', timeout: callTimeoutMs });
  };
  await until('the phone line', () => parley.log().some((line) => line.includes(' registered')), callTimeoutMs, 50);
  const alice = lab.account('alice').address;

  // One missed call, for the history.
  await lab.bob.dial(alice);
  await window.ringing.waitFor();
  await lab.bob.hangUp();
  await window.ringing.waitFor({ state: 'hidden' });

  await lab.bob.dial(alice);
  await window.ringing.waitFor();
  yield at('04-incoming-call');
  // What the Electron shell shows in a window of its own; the page of the browser shell can draw it too.
  const toast = await page.context().newPage();
  const address = new URL(parley.windowUrl);
  address.searchParams.set('window', 'incoming');
  await toast.goto(address.href);
  const card = toast.getByRole('alertdialog', { name: 'Bob Okafor' });
  await card.getByRole('button', { name: 'Message' }).click();
  yield { name: '04-incoming-toast-reply', page: toast };
  await toast.close();
  await page.keyboard.press('F8');
  await window.timer.waitFor();
  yield at('05-in-call');
  await page
    .getByRole('button', { name: /connection|Connection/ })
    .first()
    .click();
  await page.locator('.qpop').waitFor();
  yield at('05-in-call-quality');
  await page.keyboard.press('Escape');
  await window.control('Keypad').click();
  await page.keyboard.type('4410#');
  await until('the digits', async () => (await window.digitsSent.inputValue()) === '4410#', callTimeoutMs, 50);
  yield at('05-in-call-keypad');
  await page.keyboard.press('Escape');
  await window.devicesButton.click();
  await page.getByRole('meter', { name: 'Microphone level' }).waitFor();
  yield at('05-in-call-devices');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Alt+T');
  await window.targetField.fill('an');
  await window.suggestions.nth(2).waitFor();
  yield at('05-in-call-transfer');
  await page.keyboard.press('Escape');
  await lab.carol.dial(alice);
  await window.ringing.waitFor();
  yield at('04-second-call-banner');
  await window.ringing.getByRole('button', { name: 'Hold and answer' }).click();
  await window.stage('Carol Lindqvist').getByRole('timer').waitFor();
  yield at('05-in-call-one-held');
  await window.onNow.getByRole('button', { name: 'Swap' }).click();
  await window.stage('Bob Okafor').waitFor();
  await window.onNow.getByRole('link', { name: /Carol Lindqvist/ }).click();
  await window.stage('Carol Lindqvist').getByText('On hold. Nobody hears you here.').waitFor();
  yield at('05-in-call-held');
  await window.onNow.getByRole('button', { name: 'Merge into one call' }).click();
  await window.people.nth(1).waitFor();
  yield at('05-conference');
  await window.control('End for all').click();
  await ended();
  await window.go('Calls');
  await page.getByRole('button', { name: 'Dial pad' }).click();
  await page.getByRole('textbox', { name: 'Number to call' }).fill('020 7946 0101');
  yield at('07-dial-pad');
  await page.keyboard.press('Escape');
  await lab.carol.use({ answerMode: 'manual' });
  await window.dial(lab.account('carol').extension);
  await window.stage('Carol Lindqvist').getByText('Ringing…').waitFor();
  yield at('05-calling');
  await window.control('Cancel').click();
  await ended();

  await window.go('Calls');
  await window.history.filter({ hasText: 'Bob Okafor' }).first().click();
  await page.getByRole('region', { name: 'Call details' }).waitFor();
  yield at('07-calls');
}

/** The sign-in page, and what a policy and an empty roster look like. */
export async function* edgeViews(stage: TourStage): Tour {
  const signInPage = await stage.open(await stage.start({ as: null }));
  const signIn = new ParleyWindow(signInPage);
  await signIn.addressField.waitFor();
  yield { name: '09-sign-in', page: signInPage };
  await signIn.signIn('not-the-password');
  await signIn.signInProblem.waitFor();
  yield { name: '09-sign-in-problem', page: signInPage };
  await signInPage.getByRole('button', { name: 'Advanced' }).click();
  yield { name: '09-sign-in-advanced', page: signInPage };

  const folder = mkdtempSync(join(tmpdir(), 'parley-policy-'));
  const policyFile = join(folder, 'policy.json');
  writeFileSync(policyFile, JSON.stringify({ version: 1, lock: { 'archive.enabled': true } }));
  try {
    const page = await stage.open(await stage.start({ as: 'oscar', policyFile }));
    await page.getByText('Nobody here yet').waitFor();
    yield { name: '01-contacts-empty', page };
    await page.evaluate(() => {
      location.hash = '#/settings/archive';
    });
    await page.getByRole('heading', { level: 1, name: 'Chat archive' }).waitFor();
    // Only a file that root owns is honoured.
    if (process.getuid?.() === 0) {
      await page.getByText('Set by your organization').first().waitFor();
      yield { name: '10-settings-archive-locked', page };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
