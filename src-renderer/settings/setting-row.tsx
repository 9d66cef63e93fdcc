import { Button } from '@fluentui/react-components';
import { ArrowUndo16Regular, LockClosed12Filled } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { isFolderSetting } from '../../src-shared/model/folder-setting.ts';
import { useCall } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { SettingInput } from './setting-input.tsx';
import { settingWords } from './setting-words.ts';
import { useAbilities } from './use-abilities.ts';
import { useSetting } from './use-setting.ts';

/** The line below a value that the organization's policy holds. */
export function LockedLine() {
  return (
    <span className="orglock">
      <LockClosed12Filled aria-hidden />
      <Trans>Set by your organization</Trans>
    </span>
  );
}

/** A row of a settings panel: words at the left, control at the right. */
export function Row(props: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly locked?: boolean;
  readonly error?: string | undefined;
  readonly stacked?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <div className={props.stacked === true ? 'srow srow--stack' : 'srow'}>
      <div className="srow__text">
        <div>{props.label}</div>
        {props.locked === true ? <LockedLine /> : props.hint !== undefined && <div className="t-cap">{props.hint}</div>}
        {props.error !== undefined && (
          <div className="t-cap c-danger" role="alert">
            {props.error}
          </div>
        )}
      </div>
      <div className={props.stacked === true ? 'srow__path' : 'srow__ctl'}>{props.children}</div>
    </div>
  );
}

/** One setting with its control; nothing for a key that the service does not have. */
export function SettingRow({ name }: { readonly name: string }) {
  const { t } = useLingui();
  const call = useCall();
  const asking = useAction();
  const abilities = useAbilities();
  const setting = useSetting(name);
  const words = settingWords[name];
  const { state } = setting;
  if (state === undefined || words === undefined) return null;
  const label = t(words.label);
  const stacked = ['text', 'list', 'table'].includes(state.control.kind);
  const own = state.source === 'user' && !state.locked;
  return (
    <Row
      label={label}
      hint={words.hint === undefined ? undefined : t(words.hint)}
      locked={state.locked}
      error={setting.error ?? asking.error}
      stacked={stacked}
    >
      <SettingInput state={state} words={words} label={label} onChange={setting.set} wide={stacked} />
      {isFolderSetting(name) && !state.locked && abilities.includes('folders') && (
        <Button onClick={() => void asking.run(() => call('app.chooseFolder', { key: name }))}>
          <Trans>Choose folder…</Trans>
        </Button>
      )}
      {own && stacked && (
        <Button
          appearance="subtle"
          icon={<ArrowUndo16Regular />}
          aria-label={t`Forget your own value of ${label}`}
          title={t`Back to the value without your own`}
          onClick={setting.reset}
        />
      )}
    </Row>
  );
}

export function SettingPanel({ names }: { readonly names: readonly string[] }) {
  return (
    <div className="panel rows">
      {names.map((name) => (
        <SettingRow key={name} name={name} />
      ))}
    </div>
  );
}
