import { Button, Field, Link, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import { ChevronDown12Regular, Headset20Regular, Info16Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { limits } from '../../src-shared/limits.ts';
import { useAudioDevices, useDevicesInUse } from '../media/media-context.tsx';
import { preferDevice } from '../media/device-ranking.ts';
import { useMicrophoneLevel } from '../media/use-microphone-level.ts';
import { entriesOf } from '../settings/list-text.ts';
import { DeviceSelect } from '../settings/ranked-devices.tsx';
import { useSetting } from '../settings/use-setting.ts';
import { formatRoute } from '../shell/route.ts';
import { LevelBar } from '../ui/level-bar.tsx';

/** Which devices this call uses, and the choice of others in mid-call. */
export function StageDevices() {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const inUse = useDevicesInUse();
  const name = inUse.speaker === '' ? t`System’s device` : inUse.speaker;
  return (
    <Popover
      open={open}
      onOpenChange={(_event, data) => {
        setOpen(data.open);
      }}
      positioning="below-start"
      trapFocus
    >
      <PopoverTrigger disableButtonEnhancement>
        <Button
          size="small"
          appearance="subtle"
          icon={<Headset20Regular />}
          className="stage__device"
          title={name}
          aria-label={t`Audio devices: ${name}`}
        >
          <span className="clip">{name}</span> <ChevronDown12Regular className="caret" />
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="qpop devpop" aria-label={t`Audio devices`}>
        {open && <Devices />}
      </PopoverSurface>
    </Popover>
  );
}

function Devices() {
  const { t } = useLingui();
  const devices = useAudioDevices();
  const level = useMicrophoneLevel();
  const noise = useSetting('devices.noiseSuppression').state?.value !== false;
  const audioSettings = formatRoute({ section: 'settings', item: 'audio' });
  return (
    <>
      <div className="qpop__head">
        <b>
          <Trans>Audio devices</Trans>
        </b>
        <Link href={audioSettings}>
          <Trans>Test call</Trans>
        </Link>
      </div>
      <DeviceField
        name="devices.speakers"
        label={t`Speaker`}
        present={devices.outputs}
        systemOne={devices.defaultOutput}
      />
      <DeviceField
        name="devices.microphones"
        label={t`Microphone`}
        present={devices.inputs}
        systemOne={devices.defaultInput}
      />
      <LevelBar level={level} label={t`Microphone level`} />
      <DeviceField
        name="devices.ringers"
        label={t`Ringer`}
        present={devices.outputs}
        systemOne={devices.defaultOutput}
        replaces
      />
      <div className="qpop__foot">
        <span>
          <Info16Regular /> {noise ? <Trans>Noise reduction is on</Trans> : <Trans>Noise reduction is off</Trans>}
        </span>
        <Link href={audioSettings}>
          <Trans>Settings</Trans>
        </Link>
      </div>
    </>
  );
}

/** `replaces`: the choice takes the place of the list instead of going to its top. */
function DeviceField(props: {
  readonly name: string;
  readonly label: string;
  readonly present: Parameters<typeof DeviceSelect>[0]['present'];
  readonly systemOne: string;
  readonly replaces?: boolean;
}) {
  const setting = useSetting(props.name);
  const { state } = setting;
  if (state === undefined) return null;
  const list = entriesOf(state.value);
  return (
    <Field
      label={props.label}
      size="small"
      {...(setting.error === undefined ? {} : { validationMessage: setting.error })}
    >
      <DeviceSelect
        label={props.label}
        chosen={list[0] ?? ''}
        present={props.present}
        systemOne={props.systemOne}
        locked={state.locked}
        wide
        onChoose={(name) => {
          if (name === '') setting.set([]);
          else setting.set(props.replaces === true ? [name] : preferDevice(list, name, limits.rankedDevices));
        }}
      />
    </Field>
  );
}
