import { Checkbox } from '@fluentui/react-components';
import { useLingui } from '@lingui/react/macro';
import { findDevice } from '../media/device-ranking.ts';
import type { DeviceSetting } from './ranked-devices.tsx';
import { entriesOf } from './list-text.ts';
import { Row } from './setting-row.tsx';
import { settingWords } from './setting-words.ts';
import { useSetting } from './use-setting.ts';

/** The outputs that ring, any number of them at once. None ticked: the system's own. */
export function RingerDevices(props: DeviceSetting) {
  const { t } = useLingui();
  const setting = useSetting(props.name);
  const { state } = setting;
  const words = settingWords[props.name];
  if (state === undefined || words === undefined) return null;
  const ringers = entriesOf(state.value);
  const label = t(words.label);
  const away = ringers.filter((name) => findDevice(name, props.present) === undefined);
  const change = (next: readonly string[]) => {
    if (!state.locked) setting.set(next);
  };
  const { systemOne } = props;
  return (
    <Row
      label={label}
      hint={words.hint === undefined ? undefined : t(words.hint)}
      locked={state.locked}
      error={setting.error}
      stacked
    >
      <div className="ringers" role="group" aria-label={label}>
        <Checkbox
          checked={ringers.length === 0}
          aria-disabled={state.locked}
          label={systemOne === '' ? t`As the system` : t`As the system (${systemOne})`}
          onChange={() => {
            change([]);
          }}
        />
        {props.present
          .filter((device) => device.name !== '')
          .map((device) => {
            const chosenAs = ringers.find((name) => findDevice(name, [device]) !== undefined);
            return (
              <Checkbox
                key={device.id}
                checked={chosenAs !== undefined}
                aria-disabled={state.locked}
                label={device.name}
                onChange={() => {
                  change(
                    chosenAs === undefined ? [...ringers, device.name] : ringers.filter((name) => name !== chosenAs),
                  );
                }}
              />
            );
          })}
        {away.map((name) => (
          <Checkbox
            key={name}
            checked
            aria-disabled={state.locked}
            label={t`${name} (not connected)`}
            onChange={() => {
              change(ringers.filter((other) => other !== name));
            }}
          />
        ))}
      </div>
    </Row>
  );
}
