import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import type { PresenceState } from '../../src-shared/model/presence.ts';

/** The word for a state, as a screen reader says it and a row shows it. Translate with `t(presenceLabel[state])`. */
export const presenceLabel: Readonly<Record<PresenceState, MessageDescriptor>> = {
  available: msg`Available`,
  busy: msg`Busy`,
  dnd: msg`Do not disturb`,
  away: msg`Away`,
  onphone: msg`On the phone`,
  offline: msg`Offline`,
  unknown: msg`Presence unknown`,
};

export interface PresenceProps {
  readonly state: PresenceState;
  /** Pixels: 8, 10, 12, 16 or 20, by the size of the avatar. */
  readonly size?: number;
  /** The state is said elsewhere on the row: the shape stays silent. */
  readonly decorative?: boolean;
}

/**
 * Each state has a silhouette of its own, legible without colour: disc with check, plain disc, disc with bar,
 * disc with clock hands, rounded square with handset, hollow ring; a broken ring where the state is not known.
 */
export function Presence({ state, size = 12, decorative = false }: PresenceProps) {
  const { t } = useLingui();
  const accessible = decorative
    ? ({ 'aria-hidden': true } as const)
    : ({ role: 'img', 'aria-label': t(presenceLabel[state]) } as const);
  return (
    <svg
      className={`presence presence--${state}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      data-presence={state}
      {...accessible}
    >
      <PresenceShape state={state} />
    </svg>
  );
}

function PresenceShape({ state }: { readonly state: PresenceState }) {
  switch (state) {
    case 'available':
      return (
        <>
          <circle className="pf" cx="8" cy="8" r="8" />
          <path className="pg" d="M4.5 8.4 7 10.8l4.6-5" />
        </>
      );
    case 'busy':
      return <circle className="pf" cx="8" cy="8" r="8" />;
    case 'dnd':
      return (
        <>
          <circle className="pf" cx="8" cy="8" r="8" />
          <path className="pg" d="M4.5 8h7" />
        </>
      );
    case 'away':
      return (
        <>
          <circle className="pf" cx="8" cy="8" r="8" />
          <path className="pg" d="M8 4v4.2l2.7 2" />
        </>
      );
    case 'onphone':
      return (
        <>
          <rect className="pf" x="0" y="0" width="16" height="16" rx="4" />
          <path
            className="pgf"
            d="M5.06 3.02 6 2.73c.5-.15 1.03.1 1.23.58l.6 1.42c.17.4.07.88-.25 1.18l-.87.81c.08.72.32 1.42.73 2.1.4.7.87 1.25 1.43 1.65l1.14-.38c.42-.14.88.02 1.13.39l.9 1.32c.3.45.24 1.05-.15 1.42l-.68.65c-.56.53-1.36.7-2.07.46-1.6-.55-3.06-1.94-4.36-4.2C3.47 7.87 3 5.93 3.4 4.3c.17-.63.63-1.12 1.66-1.28Z"
          />
        </>
      );
    case 'offline':
      return <circle className="po" cx="8" cy="8" r="6.6" />;
    case 'unknown':
      return <circle className="po po--broken" cx="8" cy="8" r="6.6" />;
  }
}
