import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import { expect, test } from 'vitest';

test('the catalogs hold every word of window and service: `npx lingui extract --clean` keeps it so', async () => {
  const catalogs = await getCatalogs(getConfig());
  expect(catalogs).toHaveLength(2);
  for (const catalog of catalogs) {
    const inCode = Object.keys((await catalog.collect()) ?? {});
    const stored = Object.entries((await catalog.read('en')) ?? {});
    const inCatalog = stored.filter(([, message]) => message.obsolete !== true).map(([id]) => id);
    expect(inCode.length).toBeGreaterThan(200);
    expect(inCode.filter((id) => !inCatalog.includes(id))).toEqual([]);
    expect(inCatalog.filter((id) => !inCode.includes(id))).toEqual([]);
  }
});
