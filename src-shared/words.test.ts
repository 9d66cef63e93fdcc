import { expect, test } from 'vitest';
import { msg, speakBy, t } from './words.ts';

test('a text is said with its values', () => {
  const later = msg('{name} is busy.');
  expect(t('Sign in first.')).toBe('Sign in first.');
  expect(t("This computer's clock may be wrong, {name}.", { name: '{host}' })).toBe(
    "This computer's clock may be wrong, {host}.",
  );
  expect(t(later, { name: 'Bob' })).toBe('Bob is busy.');
});

test('plurals', () => {
  const unread = (count: number) =>
    t('{count, plural, =0 {no messages} one {# message} other {# messages}} of {name}', { count, name: 'Bob' });
  expect([0, 1, 2, 1200].map(unread)).toEqual([
    'no messages of Bob',
    '1 message of Bob',
    '2 messages of Bob',
    '1,200 messages of Bob',
  ]);
});

test('another language speaks from the moment it is chosen, constants too', () => {
  const constant = msg('{name} is busy.');
  speakBy((message, values) => `${message.toUpperCase()} ${JSON.stringify(values)}`);
  expect(t(constant, { name: 'Bob' })).toBe('{NAME} IS BUSY. {"name":"Bob"}');
  speakBy();
  expect(t(constant, { name: 'Bob' })).toBe('Bob is busy.');
});

test('the compiler asks for every value and no other', () => {
  // @ts-expect-error a value is missing
  expect(t('{name} is busy.')).toBe(' is busy.');
  // @ts-expect-error of another name
  expect(t('{name} is busy.', { who: 'Bob' })).toBe(' is busy.');
  // @ts-expect-error a message with a placeholder
  expect(t(msg('{count, plural, one {# call} other {# calls}}'))).toMatch(/calls$/);
});
