import { Button, Select } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { findDevice, pickDevice, preferDevice } from '../media/device-ranking.ts';
import type { AudioDevice } from '../media/device-ranking.ts';
import { entriesOf } from './list-text.ts';
import { PreferenceList } from './preference-list.tsx';
import { Row } from './setting-row.tsx';
import { settingWords } from './setting-words.ts';
import { useSetting } from './use-setting.ts';

export interface DeviceSetting {
  /** Key of a list of names in order of preference. */
  readonly name: string;
  readonly present: readonly AudioDevice[];
  /** The system's own choice; empty where it does not say. */
  readonly systemOne: string;
}

/**
 * Which device calls use: the system's, or the first of a ranking that is plugged in. What is chosen goes to the
 * top; the others stay behind it for when it is not there.
 */
export function RankedDevices(props: DeviceSetting) {
  const { t } = useLingui();
  const setting = useSetting(props.name);
  const { state } = setting;
  const words = settingWords[props.name];
  if (state === undefined || words === undefined || state.control.kind !== 'list') return null;
  const { maxItems } = state.control;
  const ranking = entriesOf(state.value);
  const label = t(words.label);
  const used = pickDevice(ranking, props.present);
  const change = (next: readonly string[]) => {
    if (!state.locked) setting.set(next);
  };
  const unranked = props.present.filter((device) => ranking.every((name) => findDevice(name, [device]) === undefined));
  return (
    <>
      <Row
        label={label}
        hint={words.hint === undefined ? undefined : t(words.hint)}
        locked={state.locked}
        error={setting.error}
      >
        <DeviceSelect
          label={label}
          chosen={ranking[0] ?? ''}
          present={props.present}
          systemOne={props.systemOne}
          locked={state.locked}
          onChoose={(name) => {
            change(name === '' ? [] : preferDevice(ranking, name, maxItems));
          }}
        />
      </Row>
      {ranking.length > 0 && (
        <div className="srow ranking">
          <PreferenceList
            label={t`Order of preference: ${label}`}
            locked={state.locked}
            onMove={change}
            entries={ranking.map((name) => ({
              name,
              label: name,
              note:
                findDevice(name, props.present) === undefined ? (
                  <Trans>Not connected</Trans>
                ) : used !== undefined && used === findDevice(name, props.present) ? (
                  <Trans>In use</Trans>
                ) : (
                  <Trans>Connected</Trans>
                ),
              control: !state.locked && (
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<Dismiss16Regular />}
                  aria-label={t`Remove ${name}`}
                  onClick={() => {
                    change(ranking.filter((other) => other !== name));
                  }}
                />
              ),
            }))}
          />
          {!state.locked && unranked.length > 0 && ranking.length < maxItems && (
            <Select
              size="small"
              className="ranking__next"
              aria-label={t`Next choice: ${label}`}
              value=""
              onChange={(_event, data) => {
                if (data.value !== '') change([...ranking, data.value]);
              }}
            >
              <option value="">{t`If none is connected…`}</option>
              {unranked.map((device) => (
                <option key={device.id} value={device.name}>
                  {device.name}
                </option>
              ))}
            </Select>
          )}
        </div>
      )}
    </>
  );
}

/** One of the devices, or the system's own. `chosen` is a name; empty: the system's. */
export function DeviceSelect(props: {
  readonly label: string;
  readonly chosen: string;
  readonly present: readonly AudioDevice[];
  readonly systemOne: string;
  readonly locked: boolean;
  readonly onChoose: (name: string) => void;
  readonly wide?: boolean;
}) {
  const { t } = useLingui();
  const { chosen, present, systemOne } = props;
  const found = chosen === '' ? undefined : findDevice(chosen, present);
  return (
    <Select
      className={props.wide === true ? 'w100' : 'ctl-lg'}
      size={props.wide === true ? 'small' : 'medium'}
      aria-label={props.label}
      aria-disabled={props.locked}
      value={found?.name ?? chosen}
      onChange={(_event, data) => {
        if (!props.locked) props.onChoose(data.value);
      }}
    >
      <option value="">{systemOne === '' ? t`As the system` : t`As the system (${systemOne})`}</option>
      {chosen !== '' && found === undefined && <option value={chosen}>{t`${chosen} (not connected)`}</option>}
      {present
        .filter((device) => device.name !== '')
        .map((device) => (
          <option key={device.id} value={device.name}>
            {device.name}
          </option>
        ))}
    </Select>
  );
}
