import { expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { withTranslatedErrors } from './translate-errors.ts';

test('answers pass through; errors are translated, thrown or rejected', async () => {
  const translated = withTranslatedErrors(
    {
      answers: (input: string, clientId: string): unknown => `${input} ${clientId}`,
      throws: (): unknown => {
        throw new Error('thrown');
      },
      rejects: (): unknown => Promise.reject(new Error('rejected')),
    },
    (error) => new AppError('limit', error instanceof Error ? error.message : ''),
  );
  expect(await translated.answers('to', 'window')).toBe('to window');
  await expect(translated.throws()).rejects.toMatchObject({ code: 'limit', message: 'thrown' });
  await expect(translated.rejects()).rejects.toMatchObject({ code: 'limit', message: 'rejected' });
});
