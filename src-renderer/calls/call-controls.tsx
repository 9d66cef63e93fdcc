import { CallEnd24Filled, Dialpad24Regular, Mic24Regular, MicOff24Filled } from '@fluentui/react-icons';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';

/** The buttons of a call: only those that its device can do now. */
export function CallControls(props: {
  readonly call: Call;
  readonly keypadOpen: boolean;
  readonly onMute: (muted: boolean) => void;
  readonly onKeypad: () => void;
  readonly onEnd: () => void;
}) {
  const { t } = useLingui();
  const { call } = props;
  const can = (capability: Call['capabilities'][number]) => call.capabilities.includes(capability);
  const mac = isMac();
  return (
    <div className="cbar" role="toolbar" aria-label={t`Call controls`}>
      {can('mute') && (
        <Control
          icon={call.muted ? <MicOff24Filled /> : <Mic24Regular />}
          label={call.muted ? t`Unmute` : t`Mute`}
          pressed={call.muted}
          shortcut={ariaCombo(combos.mute, mac)}
          onClick={() => {
            props.onMute(!call.muted);
          }}
        />
      )}
      {can('dtmf') && (
        <Control icon={<Dialpad24Regular />} label={t`Keypad`} pressed={props.keypadOpen} onClick={props.onKeypad} />
      )}
      <button
        type="button"
        className="cbtn cbtn--end"
        aria-keyshortcuts={ariaCombo(combos.decline, mac)}
        onClick={props.onEnd}
      >
        <span className="cbtn__face">
          <CallEnd24Filled />
        </span>
        <span className="cbtn__label">{call.state === 'connected' ? t`End call` : t`Cancel`}</span>
      </button>
    </div>
  );
}

function Control(props: {
  readonly icon: ReactNode;
  readonly label: string;
  readonly pressed: boolean;
  readonly shortcut?: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      className={props.pressed ? 'cbtn is-on' : 'cbtn'}
      aria-pressed={props.pressed}
      aria-keyshortcuts={props.shortcut}
      onClick={props.onClick}
    >
      <span className="cbtn__face">{props.icon}</span>
      <span className="cbtn__label">{props.label}</span>
    </button>
  );
}
