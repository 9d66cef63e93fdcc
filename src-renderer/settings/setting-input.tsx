import { Input, Select, Slider, SpinButton, Switch } from '@fluentui/react-components';
import { useLingui } from '@lingui/react/macro';
import type { SettingState, SettingValue } from '../../src-shared/contract/system.ts';
import { entriesOf, listText, parseList, plainText, separatorOf } from './list-text.ts';
import type { SettingWords } from './setting-words.ts';
import { TableInput } from './table-input.tsx';
import { useDraft } from './use-draft.ts';

export interface SettingInputProps {
  readonly state: SettingState;
  readonly words: SettingWords;
  readonly label: string;
  readonly onChange: (value: SettingValue) => void;
  /** Fills its row instead of having the width of its kind. */
  readonly wide?: boolean;
  /** Of a Field around it. */
  readonly id?: string;
}

/** Milliseconds: steps that follow each other are one change, since some settings connect a service anew. */
const stepsMs = 500;

/** A range that is felt rather than typed. */
const sliderUnits = ['%', 'kbit/s'];

/**
 * The control of one setting, by the kind that the service names. Text is taken over when the field is left or
 * Enter is pressed, a number when nobody has gone on stepping for a moment; everything else at once. A locked value stays readable and reachable by Tab.
 */
export function SettingInput(props: SettingInputProps) {
  const { state, label, words } = props;
  const { t } = useLingui();
  const { control, locked } = state;
  switch (control.kind) {
    case 'switch':
      return (
        <Switch
          checked={state.value === true}
          aria-label={label}
          label={state.value === true ? t`On` : t`Off`}
          labelPosition="before"
          aria-disabled={locked}
          onChange={(_event, data) => {
            if (!locked) props.onChange(data.checked);
          }}
        />
      );
    case 'choice':
      return (
        <Select
          className={props.wide === true ? 'grow' : 'ctl-lg'}
          value={plainText(state.value)}
          aria-label={label}
          aria-disabled={locked}
          onChange={(_event, data) => {
            if (!locked) props.onChange(data.value);
          }}
        >
          {control.options
            .filter((option) => !locked || option === state.value)
            .map((option) => {
              const descriptor = words.options?.[option];
              return (
                <option key={option} value={option}>
                  {descriptor === undefined ? option : t(descriptor)}
                </option>
              );
            })}
        </Select>
      );
    case 'number':
      return <NumberInput {...props} control={control} />;
    case 'table':
      return <TableInput {...props} control={control} />;
    case 'text':
    case 'list':
      return <TextInput {...props} />;
  }
}

function NumberInput(
  props: SettingInputProps & {
    readonly control: { readonly min: number; readonly max: number; readonly unit: string };
  },
) {
  const { t } = useLingui();
  const { control, state, label } = props;
  const { value, write, flush } = useDraft(
    Number(state.value),
    (next) => {
      if (next !== state.value) props.onChange(next);
    },
    stepsMs,
  );
  const change = (next: number) => {
    if (!state.locked) write(Math.max(control.min, Math.min(control.max, Math.round(next))));
  };
  if (sliderUnits.includes(control.unit)) {
    return (
      <>
        <Slider
          className="ctl-slider"
          min={control.min}
          max={control.max}
          value={value}
          aria-label={label}
          aria-valuetext={`${String(value)} ${control.unit}`}
          aria-disabled={state.locked}
          onChange={(_event, data) => {
            change(data.value);
          }}
          onPointerUp={flush}
          onBlur={flush}
        />
        <span className="ctl-val tnum">
          {value} {control.unit}
        </span>
      </>
    );
  }
  return (
    <>
      <SpinButton
        className="ctl-num"
        min={control.min}
        max={control.max}
        value={value}
        aria-label={label}
        // Fluent names its arrows in English.
        incrementButton={{ 'aria-label': t`Increment value` }}
        decrementButton={{ 'aria-label': t`Decrement value` }}
        readOnly={state.locked}
        onChange={(_event, data) => {
          const next = data.value ?? Number.parseInt(data.displayValue ?? '', 10);
          if (!Number.isNaN(next)) change(next);
        }}
        onBlur={flush}
      />
      <span className="dim">{control.unit}</span>
    </>
  );
}

function TextInput(props: SettingInputProps) {
  const { t } = useLingui();
  const { state, label, words } = props;
  const separator = separatorOf(state.key);
  const isList = state.control.kind === 'list';
  const held = isList ? listText(entriesOf(state.value), separator) : plainText(state.value);
  const { value, write, flush } = useDraft(held, (text) => {
    const clean = text.trim();
    if (!state.locked && clean !== held) props.onChange(isList ? parseList(clean, separator) : clean);
  });
  return (
    <Input
      className={props.wide === true ? 'grow' : 'ctl-lg'}
      value={value}
      readOnly={state.locked}
      aria-label={label}
      placeholder={words.whenEmpty === undefined ? '' : t(words.whenEmpty)}
      spellCheck={false}
      onChange={(_event, data) => {
        write(data.value);
      }}
      onBlur={flush}
      onKeyDown={(event) => {
        if (event.key === 'Enter') flush();
      }}
    />
  );
}
