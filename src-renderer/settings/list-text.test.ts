import { expect, test } from 'vitest';
import { listText, parseList, separatorOf } from './list-text.ts';

test('servers are parted by commas', () => {
  expect(parseList(' pbx1:5061 ,pbx2,, pbx1:5061', separatorOf('phone.servers'))).toEqual(['pbx1:5061', 'pbx2']);
});
test('search bases hold commas and survive editing', () => {
  const bases = ['ou=people,dc=example,dc=com', 'ou=rooms,dc=example,dc=com'];
  const separator = separatorOf('directory.searchBases');
  expect(parseList(listText(bases, separator), separator)).toEqual(bases);
});
