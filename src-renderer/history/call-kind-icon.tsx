import {
  CallDismiss16Regular,
  CallInbound16Regular,
  CallMissed16Regular,
  CallOutbound16Regular,
} from '@fluentui/react-icons';
import { useLingui } from '@lingui/react/macro';
import type { CallOutcome } from './call-words.ts';

/** How a call went, as an icon with its word for a screen reader. */
export function CallKindIcon({ outcome }: { readonly outcome: CallOutcome }) {
  const { t } = useLingui();
  switch (outcome) {
    case 'missed':
      return <CallMissed16Regular className="c-danger" aria-label={t`Missed`} />;
    case 'in':
      return <CallInbound16Regular aria-label={t`Incoming`} />;
    case 'out':
      return <CallOutbound16Regular aria-label={t`Outgoing`} />;
    case 'failed':
      return <CallDismiss16Regular aria-label={t`Outgoing, not answered`} />;
  }
}
