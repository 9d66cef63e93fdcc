import { describe, expect, test } from 'vitest';
import { formatRoute, parseRoute } from './route.ts';

describe('the address of a place in the window', () => {
  test.each([
    ['', { section: 'contacts' }],
    ['#/nowhere/x', { section: 'contacts' }],
    ['#/chats', { section: 'chats' }],
    ['#/chats/alice%40example.com', { section: 'chats', item: 'alice@example.com' }],
    ['#/calls/live:a%2Fb', { section: 'calls', item: 'live:a/b' }],
    ['#/settings/100%', { section: 'settings', item: '100%' }],
  ] as const)('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  test('comes back as it went', () => {
    const route = { section: 'contacts', item: 'person:cn=Ä/ö, x#y' } as const;
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });
});
