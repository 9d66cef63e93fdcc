import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { globalKeyNames, globalKeySettings } from '../../src-shared/model/global-key.ts';
import type { GlobalKeyName } from '../../src-shared/model/global-key.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { useQuery } from '../bridge/use-query.ts';
import { useShellCommands } from '../shell/shell-commands.ts';
import { KeyInput } from './key-input.tsx';
import { Row } from './setting-row.tsx';
import { settingWords } from './setting-words.ts';
import { useAbilities } from './use-abilities.ts';
import { useSetting } from './use-setting.ts';

/** Keys that work everywhere, where the shell has them, and the way to all others. */
export function KeyboardPage() {
  const { t } = useLingui();
  const commands = useShellCommands();
  const abilities = useAbilities();
  return (
    <>
      {abilities.includes('globalKeys') && <GlobalKeys />}
      <h2 className="h-sm set__h">
        <Trans>In this window</Trans>
      </h2>
      <div className="panel rows">
        <Row label={t`Keyboard shortcuts`} hint={t`Everything that they do can be reached without them, too`}>
          <Button onClick={commands.openShortcuts}>
            <Trans>Show all</Trans>
          </Button>
        </Row>
      </div>
    </>
  );
}

function GlobalKeys() {
  const settings = useTopic('settings');
  const values = globalKeyNames.map((name) => settings?.settings.find(({ key }) => key === globalKeySettings[name]));
  // Asked again after each change: the combination may belong to another program.
  return (
    <>
      <h2 className="h-sm set__h">
        <Trans>In every program</Trans>
      </h2>
      <Keys key={JSON.stringify(values.map((state) => state?.value))} />
    </>
  );
}

function Keys() {
  const { value } = useQuery('app.takenKeys', null);
  return (
    <div className="panel rows">
      {globalKeyNames.map((name) => (
        <KeyRow key={name} name={name} taken={value?.taken.includes(name) === true} />
      ))}
    </div>
  );
}

function KeyRow({ name, taken }: { readonly name: GlobalKeyName; readonly taken: boolean }) {
  const { t } = useLingui();
  const key = globalKeySettings[name];
  const setting = useSetting(key);
  const words = settingWords[key];
  if (setting.state === undefined || words === undefined) return null;
  const label = t(words.label);
  return (
    <Row
      label={label}
      hint={words.hint === undefined ? undefined : t(words.hint)}
      locked={setting.state.locked}
      error={taken ? t`Another program holds this key. Choose another one here.` : setting.error}
    >
      <KeyInput
        label={label}
        value={typeof setting.state.value === 'string' ? setting.state.value : ''}
        locked={setting.state.locked}
        onChange={setting.set}
      />
    </Row>
  );
}
