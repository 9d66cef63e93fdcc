import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import { expect, test } from 'vitest';

test('the catalog holds every word of the views: `npx lingui extract --clean` keeps it so', async () => {
  const [catalog] = await getCatalogs(getConfig());
  const inViews = Object.keys((await catalog?.collect()) ?? {});
  const stored = Object.entries((await catalog?.read('en')) ?? {});
  const inCatalog = stored.filter(([, message]) => message.obsolete !== true).map(([id]) => id);
  expect(inViews.length).toBeGreaterThan(200);
  expect(inViews.filter((id) => !inCatalog.includes(id))).toEqual([]);
  expect(inCatalog.filter((id) => !inViews.includes(id))).toEqual([]);
});
