import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { AppError } from '../../src-shared/errors.ts';

/** Words for a failure: the service's own where it gave some, else one sentence of ours. */
export function errorWords(error: unknown, translate: (descriptor: MessageDescriptor) => string): string {
  if (error instanceof AppError) return error.message;
  return translate(msg`Something went wrong. The log has the details.`);
}
