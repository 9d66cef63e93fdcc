import { Spinner } from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';

/** An empty list: an icon of 48 px, a title, one sentence, at most one button. */
export function EmptyState(props: {
  readonly icon?: ReactNode;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      {props.icon}
      <h2>{props.title}</h2>
      {props.children !== undefined && <p>{props.children}</p>}
      {props.action}
    </div>
  );
}

/** The detail pane while nothing is selected. */
export function QuietState({ children }: { readonly children: ReactNode }) {
  return (
    <div className="empty empty--quiet">
      <p>{children}</p>
    </div>
  );
}

/** A list whose first snapshot has not come. */
export function LoadingState() {
  return (
    <div className="empty" role="status">
      <Spinner size="small" aria-hidden />
      <p>
        <Trans>Loading…</Trans>
      </p>
    </div>
  );
}
