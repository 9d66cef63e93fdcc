import { Button } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { globalKeyOf, globalKeyParts } from '../../src-shared/model/global-key.ts';
import { isMac } from '../ui/shortcuts.ts';

/** Keys that mean something to the page itself: they end the listening instead of being taken. */
const leaving = ['Tab', 'Escape'];

/**
 * Shows a combination of keys and takes another one: pressed, it listens until a combination comes, Esc or Tab is
 * pressed, or the focus goes elsewhere.
 */
export function KeyInput(props: {
  readonly label: string;
  /** As `Ctrl+Alt+D`; empty: none. */
  readonly value: string;
  readonly locked: boolean;
  readonly onChange: (value: string) => void;
}) {
  const { t } = useLingui();
  const { label, value, locked } = props;
  const [listening, setListening] = useState(false);
  const mac = isMac();
  const shown = globalKeyParts(value, mac).join(' ');
  const onKeyDown = (event: KeyboardEvent) => {
    if (!listening || leaving.includes(event.key)) {
      setListening(false);
      return;
    }
    event.preventDefault();
    // F8 and the like answer calls elsewhere in the window; here they are only a choice.
    event.stopPropagation();
    event.nativeEvent.stopImmediatePropagation();
    const combination = globalKeyOf(event.nativeEvent, mac);
    if (combination === undefined) return;
    setListening(false);
    if (combination !== value) props.onChange(combination);
  };
  return (
    <>
      <Button
        className="ctl-key"
        aria-label={
          shown === '' ? t`${label}: no key. Press to choose one` : t`${label}: ${shown}. Press to choose another key`
        }
        aria-pressed={listening}
        aria-disabled={locked}
        onClick={() => {
          if (!locked) setListening(!listening);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setListening(false);
        }}
      >
        {listening ? <Trans>Press the keys</Trans> : shown === '' ? <Trans>None</Trans> : <kbd>{shown}</kbd>}
      </Button>
      {value !== '' && !locked && (
        <Button
          appearance="subtle"
          icon={<Dismiss16Regular />}
          aria-label={t`No key for ${label}`}
          title={t`No key`}
          onClick={() => {
            props.onChange('');
          }}
        />
      )}
    </>
  );
}
