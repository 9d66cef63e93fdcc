import { bareTexts, foreignWordsOf, markedWords } from '../harness/bare-texts.ts';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

// Every view is asked in look.spec.ts, on its way through all of them.
test('what the service says of a failure is from the catalog too, and a text that is not is found', async ({
  lab,
  parley,
}) => {
  const page = await parley.open(await parley.start({ environment: markedWords }));
  const window = new ParleyWindow(page);
  const foreign = foreignWordsOf(lab.description);

  await page.getByRole('button', { name: 'Add contact', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a contact' });
  await dialog.getByLabel('Chat address').fill(lab.account('alice').address);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toContainText('This is your own address.');
  expect(await bareTexts(page, foreign)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();

  await window.dial('6999');
  await expect(window.stage('6999')).toContainText('That number does not exist here.');
  expect(await bareTexts(page, foreign)).toEqual([]);

  await page.evaluate(() => {
    const heading = document.createElement('h2');
    heading.textContent = 'Say it';
    heading.title = 'in English';
    document.body.append(heading);
  });
  expect(await bareTexts(page, foreign)).toEqual(['Say it [Say it]', 'in English [in English]']);
});
