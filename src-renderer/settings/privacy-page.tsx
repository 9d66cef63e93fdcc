import { Button } from '@fluentui/react-components';
import { ShieldLock20Regular } from '@fluentui/react-icons';
import { msg, plural } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { SettingState } from '../../src-shared/contract/system.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { entriesOf, listText, plainText, rowsOf, separatorOf } from './list-text.ts';
import { Row, SettingPanel } from './setting-row.tsx';
import { settingWords } from './setting-words.ts';

type Tab = 'calls' | 'chats' | 'voiceMessages';

const lists: readonly { readonly tab: Tab; readonly label: MessageDescriptor; readonly hint: MessageDescriptor }[] = [
  { tab: 'calls', label: msg`Call history`, hint: msg`The newest 50 calls` },
  { tab: 'chats', label: msg`List of chats`, hint: msg`The newest 50 chats; the messages themselves stay` },
  {
    tab: 'voiceMessages',
    label: msg`List of voice messages`,
    hint: msg`The newest 50; the messages stay on the server`,
  },
];

/** What is kept here, what can be cleared, and what the organization holds. */
export function PrivacyPage() {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const settings = useTopic('settings');
  const session = useTopic('session');
  const [clearing, setClearing] = useState<Tab>();
  const locked = settings?.settings.filter((setting) => setting.locked) ?? [];
  const problems = settings?.policyProblems ?? [];
  return (
    <>
      <SettingPanel
        names={window.parley === undefined ? ['chat.sendTyping'] : ['chat.sendTyping', 'presence.awayOnLock']}
      />
      <h2 className="h-sm set__h">
        <Trans>Lists on this computer</Trans>
      </h2>
      <div className="panel rows">
        {lists.map((list) => (
          <Row key={list.tab} label={t(list.label)} hint={t(list.hint)}>
            <Button
              onClick={() => {
                setClearing(list.tab);
              }}
            >
              <Trans>Clear…</Trans>
            </Button>
          </Row>
        ))}
      </div>
      {session !== undefined && (
        <p className="set__note">
          <ShieldLock20Regular />
          <span>
            {session.secretsPlainText
              ? t`Your password is kept in ${session.secretsBackend}. The system does not protect it.`
              : t`Your password is kept in ${session.secretsBackend}.`}
          </span>
        </p>
      )}
      <h2 className="h-sm set__h">
        <Trans>Set by your organization</Trans>
      </h2>
      <div className="panel rows">
        {locked.length === 0 && <Row label={t`Nothing`} hint={t`Every setting of this computer is yours to change.`} />}
        {locked.map((setting) => {
          const words = settingWords[setting.key];
          return (
            <Row key={setting.key} label={words === undefined ? setting.key : t(words.label)} locked>
              <span className="dim clip">
                <LockedValue setting={setting} />
              </span>
            </Row>
          );
        })}
      </div>
      {problems.length > 0 && (
        <>
          <h2 className="h-sm set__h">
            <Trans>Problems of the policy file</Trans>
          </h2>
          <ul className="panel rows problems">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </>
      )}
      {clearing !== undefined && (
        <ConfirmDialog
          title={<Trans>Clear this list?</Trans>}
          confirmLabel={<Trans>Clear</Trans>}
          busy={action.busy}
          error={action.error}
          onCancel={() => {
            setClearing(undefined);
          }}
          onConfirm={() => {
            void action
              .run(() => call('history.clear', { tab: clearing }))
              .then((done) => {
                if (done) setClearing(undefined);
              });
          }}
        >
          <Trans>This cannot be undone.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}

/** A value in the words of its control. */
function LockedValue({ setting }: { readonly setting: SettingState }) {
  const { t } = useLingui();
  const { control, value } = setting;
  if (typeof value === 'boolean') return value ? t`On` : t`Off`;
  if (control.kind === 'number') return `${plainText(value)} ${control.unit}`;
  if (control.kind === 'table') return t`${plural(rowsOf(value).length, { one: '# rule', other: '# rules' })}`;
  if (typeof value === 'object') return listText(entriesOf(value), separatorOf(setting.key));
  const option = settingWords[setting.key]?.options?.[String(value)];
  return option === undefined ? String(value) : t(option);
}
