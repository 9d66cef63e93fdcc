import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { PhoneNumberKind } from '../../src-shared/model/contact.ts';

/** What a number is for, before or beside it. */
export const numberKindLabels: Readonly<Record<PhoneNumberKind, MessageDescriptor>> = {
  work: msg`Work`,
  mobile: msg`Mobile`,
  home: msg`Home`,
  other: msg`Other`,
};
