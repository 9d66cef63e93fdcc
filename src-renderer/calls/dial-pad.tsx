import { Button } from '@fluentui/react-components';
import {
  ArrowRepeatAll20Regular,
  Backspace20Regular,
  Call20Filled,
  CallPark20Regular,
  Dialpad20Regular,
  PersonCall20Regular,
  Voicemail20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { plainText } from '../settings/list-text.ts';
import { useSetting } from '../settings/use-setting.ts';
import { KeypadKeys } from './keypad-keys.tsx';
import { PanelButton } from './panel-button.tsx';
import { SpeedDials } from './speed-dials.tsx';
import { useCallActions } from './use-call-actions.ts';
import { useSpeedDials } from './use-speed-dials.ts';
import { useWantsPlace } from './use-wants-place.ts';

/**
 * A telephone's keys for a number that is typed, pasted or clicked, and what desk phones have beside them. In the search
 * box its button has a name of its own: it stands beside the one of the calls.
 */
export function DialPadButton({ inSearch = false }: { readonly inSearch?: boolean }) {
  const { t } = useLingui();
  return (
    <PanelButton
      label={inSearch ? t`Telephone keys` : t`Dial pad`}
      button={{
        icon: <Dialpad20Regular />,
        ...(inSearch ? { appearance: 'transparent', size: 'small' } : { appearance: 'subtle' }),
      }}
      className="dialpad"
    >
      {(close) => <DialPad onDone={close} />}
    </PanelButton>
  );
}

function DialPad({ onDone }: { readonly onDone: () => void }) {
  const { t } = useLingui();
  const actions = useCallActions();
  const [number, setNumber] = useState('');
  const [busy, setBusy] = useState(false);
  const isOpen = useRef(true);
  const field = useRef<HTMLInputElement>(null);
  const voicemail = plainText(useSetting('phone.voicemailNumber').state?.value ?? '');
  const needsPlace = useWantsPlace('calls.retrieveCode');
  const typed = number.trim();
  const speedDials = useSpeedDials();
  useEffect(() => {
    field.current?.focus();
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  /** What a key that is held down calls, and what its hint says. */
  const held = new Map<string, { readonly number: string; readonly hint: string }>();
  if (voicemail !== '') held.set('1', { number: voicemail, hint: t`Hold down: call voicemail` });
  for (const { key, number: speedNumber, name } of speedDials) {
    held.set(key, { number: speedNumber, hint: t`Hold down: call ${name}` });
  }
  /** What was refused leaves the number there to be corrected; what is on its way is not asked for twice. */
  const closeAfter = (request: () => Promise<boolean>) => {
    if (busy) return;
    setBusy(true);
    void request().then((isDone) => {
      // Closed by hand meanwhile: the pad that may stand there now is another one.
      if (!isOpen.current) return;
      setBusy(false);
      if (isDone) onDone();
    });
  };
  const call = (target: string) => {
    // As it stands: the service reads numbers and addresses, and says in words what it cannot call.
    const whole = target.trim();
    if (whole === '') return;
    closeAfter(() => actions.tryToPlace(whole));
  };
  const add = (digit: string) => {
    setNumber((before) => before + digit);
    field.current?.focus();
  };
  return (
    <div className="kpad kpad--dial" role="group" aria-label={t`Dial pad`}>
      <div className="kpad__out tnum">
        <input
          ref={field}
          className="kpad__display"
          aria-label={t`Number to call`}
          placeholder={t`Number`}
          value={number}
          inputMode="tel"
          spellCheck={false}
          onChange={(event) => {
            setNumber(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') call(number);
          }}
        />
        <Button
          size="small"
          appearance="subtle"
          icon={<Backspace20Regular />}
          aria-label={t`Delete last digit`}
          disabledFocusable={number === ''}
          onClick={() => {
            setNumber((before) => before.slice(0, -1));
          }}
        />
      </div>
      <KeypadKeys
        onDigit={add}
        longHint={{ ...Object.fromEntries([...held].map(([key, { hint }]) => [key, hint])), '0': t`Hold down: +` }}
        onLong={(digit) => {
          if (digit === '0') add('+');
          else call(held.get(digit)?.number ?? '');
        }}
      />
      <div className="kpad__acts">
        <Button
          appearance="primary"
          className="btn-go"
          icon={<Call20Filled />}
          disabledFocusable={busy || typed === ''}
          onPointerDown={() => {
            if (typed !== '') actions.prepare(typed);
          }}
          onClick={() => {
            call(number);
          }}
        >
          <Trans>Call</Trans>
        </Button>
        <Button
          appearance="subtle"
          icon={<ArrowRepeatAll20Regular />}
          disabledFocusable={busy}
          onClick={() => {
            closeAfter(() => actions.redial());
          }}
        >
          <Trans>Redial</Trans>
        </Button>
        <SpeedDials speedDials={speedDials} onCall={call} onLeave={onDone} />
        {voicemail !== '' && (
          <Button
            appearance="subtle"
            icon={<Voicemail20Regular />}
            disabledFocusable={busy}
            onClick={() => {
              call(voicemail);
            }}
          >
            <Trans>Call voicemail</Trans>
          </Button>
        )}
        <Button
          appearance="subtle"
          icon={<PersonCall20Regular />}
          disabledFocusable={busy}
          title={t`In your group; at one colleague when you type their number first`}
          onClick={() => {
            closeAfter(() => actions.pickUp(typed === '' ? {} : { target: typed }));
          }}
        >
          <Trans>Pick up a ringing call</Trans>
        </Button>
        <Button
          appearance="subtle"
          icon={<CallPark20Regular />}
          disabledFocusable={busy || (needsPlace && typed === '')}
          title={needsPlace ? t`Type the number of the place first` : undefined}
          onClick={() => {
            closeAfter(() => actions.retrieve(typed));
          }}
        >
          <Trans>Take back a parked call</Trans>
        </Button>
      </div>
    </div>
  );
}
