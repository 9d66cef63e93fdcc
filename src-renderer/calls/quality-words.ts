import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { QualityReason, QualityVerdict } from '../../src-shared/model/call-quality.ts';

export const verdictWords: Readonly<Record<QualityVerdict, MessageDescriptor>> = {
  good: msg`Good connection`,
  fair: msg`Fair connection`,
  poor: msg`Poor connection`,
  bad: msg`Bad connection`,
  notKnown: msg`Connection not known yet`,
};

/** Why it is so, and what helps. */
export const reasonWords: Readonly<Record<QualityReason, MessageDescriptor>> = {
  noSound: msg`Nothing comes from them: something is wrong on their side, or a firewall is in the way.`,
  lossBoth: msg`Packets get lost both ways, most often on your Wi-Fi. Go nearer to it, or use a cable.`,
  lossIn: msg`Packets from them get lost on the way here. You may miss words.`,
  lossOut: msg`Packets of yours get lost, most often on your Wi-Fi. They may miss words of yours.`,
  delay: msg`Sound takes long to arrive. Leave a pause before you speak.`,
  jitter: msg`Packets come unevenly, most often because the network is busy.`,
};

/** A figure or a score in one word. */
export const gradeWords: Readonly<Record<QualityVerdict | 'high', MessageDescriptor>> = {
  good: msg`Good`,
  fair: msg`Fair`,
  high: msg`High`,
  poor: msg`Poor`,
  bad: msg`Bad`,
  notKnown: msg`not known`,
};
