import { Button, Link } from '@fluentui/react-components';
import { ChevronDown20Regular, ChevronUp20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { formatRoute } from '../shell/route.ts';
import type { SpeedDial } from './use-speed-dials.ts';

/** The speed dials by name, for whoever does not hold keys. Folded until asked for: the pad is tall as it is. */
export function SpeedDials(props: {
  readonly speedDials: readonly SpeedDial[];
  readonly onCall: (number: string) => void;
  /** The settings are gone to instead. */
  readonly onLeave: () => void;
}) {
  const { t } = useLingui();
  const { speedDials, onCall, onLeave } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        appearance="subtle"
        icon={open ? <ChevronUp20Regular /> : <ChevronDown20Regular />}
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Trans>Speed dials</Trans>
      </Button>
      {open && speedDials.length === 0 && (
        <p className="kpad__none t-cap">
          <Trans>No speed dials yet.</Trans>{' '}
          <Link href={formatRoute({ section: 'settings', item: 'calls' })} onClick={onLeave}>
            <Trans>Add some in the settings</Trans>
          </Link>
        </p>
      )}
      {open && speedDials.length > 0 && (
        <ul className="kpad__speed" aria-label={t`Speed dials`}>
          {speedDials.map(({ key, number, name }) => (
            <li key={key}>
              <Button
                appearance="subtle"
                title={number}
                onClick={() => {
                  onCall(number);
                }}
              >
                <b className="tnum">{key}</b>
                <span className="clip">{name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
