import { expect, test } from 'vitest';
import { parsePortRange } from './port-range.ts';

test('a range of ports is read when it has room for the calls of one person', () => {
  expect(parsePortRange('16400-17399')).toEqual({ first: 16_400, last: 17_399 });
  expect(parsePortRange('16400-16415')).toEqual({ first: 16_400, last: 16_415 });
});

test.each(['', '16400', '16400-16414', '17399-16400', '80-2000', '1000-2000', '60000-70000', '16400-17399 '])(
  '"%s" is none',
  (written) => {
    expect(parsePortRange(written)).toBeUndefined();
  },
);
