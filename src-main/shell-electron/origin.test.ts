import { expect, test } from 'vitest';
import { incomingUrl, speaking, windowUrl } from './origin.ts';

test('a page is told what to speak by its address, beside what it is told already', () => {
  expect(speaking(windowUrl, undefined)).toBe('parley://app/');
  expect(speaking(windowUrl, 'marked')).toBe('parley://app/?locale=marked');
  expect(speaking(incomingUrl, 'marked')).toBe('parley://app/?window=incoming&locale=marked');
});
