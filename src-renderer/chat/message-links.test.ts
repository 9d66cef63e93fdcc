import { expect, test } from 'vitest';
import { textParts } from './message-links.ts';

const links = (body: string) => textParts(body).flatMap((part) => (part.kind === 'link' ? [part.href] : []));

test('a web address becomes a link, the full stop after it does not', () => {
  expect(textParts('See https://example.com/a?b=1. Bye')).toEqual([
    { kind: 'text', text: 'See ' },
    { kind: 'link', text: 'https://example.com/a?b=1', href: 'https://example.com/a?b=1' },
    { kind: 'text', text: '. Bye' },
  ]);
});
test('several addresses and none', () => {
  expect(links('http://a.example and https://b.example/')).toEqual(['http://a.example', 'https://b.example/']);
  expect(links('no address here')).toEqual([]);
});
test('only the web is linked', () => {
  expect(links('javascript:alert(1) data:text/html,x file:///etc/passwd')).toEqual([]);
});
test('nothing of the message is lost', () => {
  const body = 'a https://x.example, b\nhttps://y.example/(z) "https://" c';
  expect(
    textParts(body)
      .map((part) => part.text)
      .join(''),
  ).toBe(body);
});
