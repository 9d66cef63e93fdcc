import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

export type Section = 'Contacts' | 'Chats' | 'Calls' | 'Voicemail' | 'Settings';

export const settingsPages = [
  'General',
  'Account',
  'Calls',
  'Audio',
  'Video',
  'Chat archive',
  'Notifications',
  'Keyboard',
  'Privacy and policy',
  'About and diagnostics',
] as const;
export type SettingsPage = (typeof settingsPages)[number];

/** The window as a person uses it: by what is written on it and what it says to a screen reader. */
export class ParleyWindow {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  // ---- sign-in page

  get addressField(): Locator {
    return this.page.getByRole('textbox', { name: 'Work email' });
  }

  get signInProblem(): Locator {
    return this.page.locator('.signin__problem');
  }

  /** Types the password (and the address when given) and presses "Sign in". */
  async signIn(password: string, address?: string): Promise<void> {
    if (address !== undefined) await this.addressField.fill(address);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  // ---- shell

  rail(section: Section): Locator {
    return this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: new RegExp(`^${section}`) });
  }

  async go(section: Section): Promise<void> {
    await this.rail(section).click();
  }

  /** Opens a page of the settings; returns its detail region. */
  async goToSettings(name: SettingsPage): Promise<Locator> {
    await this.go('Settings');
    await this.page.getByRole('navigation', { name: 'Settings pages' }).getByRole('link', { name }).click();
    const detail = this.page.getByRole('region', { name, exact: true });
    await detail.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    return detail;
  }

  get searchBox(): Locator {
    return this.page.getByRole('combobox', { name: /Search people/ });
  }

  get results(): Locator {
    return this.page.getByRole('listbox', { name: 'Results' });
  }

  /** Types into the search box without acting on a result. */
  async search(text: string): Promise<void> {
    await this.searchBox.click();
    await this.searchBox.fill(text);
  }

  /** The strip that shows only while something is degraded. */
  get strip(): Locator {
    return this.page.locator('.strip');
  }

  /** Asks for another try of the service that the strip is about, until the strip is gone. */
  async tryNow(): Promise<void> {
    await this.page.keyboard.press('Escape');
    const button = this.strip.getByRole('button', { name: 'Try now' });
    await expect
      .poll(async () => {
        // It may be gone before it is pressed: then Parley tried by itself.
        if (await button.isVisible()) await button.click({ timeout: 500 }).catch(() => undefined);
        return await this.strip.isVisible();
      })
      .toBe(false);
  }

  /** Chooses what others see, from the menu in the top bar. */
  async choosePresence(name: string): Promise<void> {
    await this.page.keyboard.press('Control+Shift+P');
    await this.page.getByRole('menuitemradio', { name, exact: true }).click();
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('banner')).toContainText(name);
  }

  // ---- contacts

  contact(name: string): Locator {
    return this.page.getByRole('treeitem', { name: new RegExp(name) });
  }

  card(name: string): Locator {
    return this.page.getByRole('region', { name: `Contact card for ${name}` });
  }

  /** Opens the card of a contact. */
  async openCard(name: string): Promise<Locator> {
    await this.contact(name).click();
    return this.card(name);
  }

  // ---- chats

  /** Opens the chat with a contact from the card. */
  async openChat(name: string): Promise<void> {
    await this.go('Contacts');
    const card = await this.openCard(name);
    await card.getByRole('button', { name: 'Chat', exact: true }).click();
    await this.composer.waitFor();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  get messages(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  conversation(name: string): Locator {
    return this.page.getByRole('option', { name: new RegExp(name) });
  }

  // ---- calls

  /** Dials what a person types: number, extension or address. */
  async dial(text: string): Promise<void> {
    await this.search(text);
    await this.results.getByRole('option', { name: /^Call/ }).first().waitFor();
    await this.searchBox.press('Control+Enter');
  }

  stage(name: string | RegExp = /./): Locator {
    return this.page.getByRole('region', { name: typeof name === 'string' ? `Call with ${name}` : /^Call with / });
  }

  get timer(): Locator {
    return this.stage().getByRole('timer');
  }

  get controls(): Locator {
    return this.page.getByRole('toolbar', { name: 'Call controls' });
  }

  control(name: string | RegExp): Locator {
    return this.controls.getByRole('button', { name });
  }

  get ringing(): Locator {
    return this.page.getByRole('alertdialog');
  }

  /** Why a request about a call was refused. */
  get callProblem(): Locator {
    return this.page.locator('.callproblem');
  }

  /** The display of the keypad, which takes digits by key and by paste. */
  get digitsSent(): Locator {
    return this.page.getByRole('textbox', { name: /^Digits sent to / });
  }

  /** Rows of the call history, newest first, while the Calls section is open. */
  get history(): Locator {
    return this.page.getByRole('listbox', { name: 'Calls', exact: true }).getByRole('option');
  }

  /** Calls that go on or have just ended, above the history. */
  get onNow(): Locator {
    return this.page.getByRole('navigation', { name: 'On now' });
  }

  /** Opens the devices of the call that is shown. */
  get devicesButton(): Locator {
    return this.stage().getByRole('button', { name: /^Audio devices/ });
  }

  /** The field of the open panel that asks whom a call goes to. */
  get targetField(): Locator {
    return this.page.getByRole('combobox', { name: 'Name or number' });
  }

  get suggestions(): Locator {
    return this.page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
  }

  /** Members of the conference that is shown. */
  get people(): Locator {
    return this.page.getByRole('list', { name: 'People in this call' }).getByRole('button', { name: /^End the call/ });
  }
}
