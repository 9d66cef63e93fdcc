import { Switch } from '@fluentui/react-components';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import { isVoiceCodec, voiceCodecs, voiceCompanions } from '../../src-shared/model/audio-codecs.ts';
import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { entriesOf } from './list-text.ts';
import { PreferenceList } from './preference-list.tsx';
import type { Preference } from './preference-list.tsx';
import { Row } from './setting-row.tsx';
import { settingWords } from './setting-words.ts';
import { useSetting } from './use-setting.ts';

const codecLabels: Readonly<Record<string, MessageDescriptor>> = {
  opus: msg`Opus`,
  G722: msg`G.722`,
  PCMA: msg`G.711 A-law (PCMA)`,
  PCMU: msg`G.711 mu-law (PCMU)`,
  G729: msg`G.729`,
  iLBC: msg`iLBC`,
  iSAC: msg`iSAC`,
  'telephone-event': msg`Key tones as signals`,
  CN: msg`Comfort noise: the other side may send nothing in pauses`,
};

const setting = 'calls.audioCodecs';

/** Which codecs calls may use, and in which order they are wanted. One for the voice stays switched on. */
export function CodecOrder() {
  const { t } = useLingui();
  const { state, set, error } = useSetting(setting);
  const optional = useTopic('codecs')?.optional ?? [];
  const words = settingWords[setting];
  if (state === undefined || words === undefined) return null;
  const { locked } = state;
  const chosen = entriesOf(state.value);
  const voices = chosen.filter(isVoiceCodec);
  const label = t(words.label);
  const entries = [...voices, ...voiceCodecs.filter((name) => !chosen.includes(name)), ...voiceCompanions].map(
    (name): Preference => {
      const isOn = chosen.includes(name);
      const missing = missingWords(name, optional);
      const isLast = isOn && voices.length === 1 && isVoiceCodec(name);
      const labelOfCodec = t(codecLabels[name] ?? msg`Codec`);
      return {
        name,
        label: labelOfCodec,
        ...(missing === undefined ? {} : { note: t(missing) }),
        fixed: !isOn || !isVoiceCodec(name),
        control: (
          <Switch
            checked={isOn && missing === undefined}
            aria-label={labelOfCodec}
            aria-disabled={locked || isLast || missing !== undefined}
            onChange={() => {
              if (locked || isLast || missing !== undefined) return;
              set(isOn ? chosen.filter((other) => other !== name) : [...chosen, name]);
            }}
          />
        ),
      };
    },
  );
  return (
    <>
      <Row label={label} hint={words.hint === undefined ? undefined : t(words.hint)} locked={locked} error={error} />
      <div className="srow ranking">
        <PreferenceList
          label={t`Order of preference: ${label}`}
          entries={entries}
          locked={locked}
          onMove={(names) => {
            set([...names, ...chosen.filter((name) => !isVoiceCodec(name))]);
          }}
        />
      </div>
    </>
  );
}

/** Why it cannot be used here; undefined for what can. */
function missingWords(name: string, optional: readonly OptionalCodec[]): MessageDescriptor | undefined {
  if (!['G729', 'iLBC', 'iSAC'].includes(name)) return undefined;
  const codec = optional.find((one) => one.name === name);
  if (codec?.available === true) return undefined;
  if (codec?.library === '') return msg`Not available here: its library (bcg729) is not installed`;
  return codec?.library === undefined
    ? msg`Not available here`
    : msg`Not available here: the library that was found cannot be used`;
}
