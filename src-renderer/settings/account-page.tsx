import { Button, Checkbox, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { Password20Regular, SignOut20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { forgetDrafts } from '../chat/drafts.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { PasswordDialog } from '../sign-in/password-dialog.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { dialogGone } from '../ui/dialog-gone.ts';
import { useAction } from '../ui/use-action.ts';
import { keepForSignInPage } from './stays.ts';
import { SecretPanel } from './secret-panel.tsx';
import { networkSettings, serviceFields } from './service-settings.ts';
import { Row, SettingPanel } from './setting-row.tsx';

export function AccountPage() {
  const { t } = useLingui();
  const session = useTopic('session');
  const call = useCall();
  const action = useAction();
  const [signingOut, setSigningOut] = useState(false);
  const [entering, setEntering] = useState(false);
  const name = session?.displayName ?? session?.address ?? '';
  return (
    <>
      {session?.failure !== undefined && (
        <MessageBar intent="error" layout="multiline" className="signin__problem">
          <MessageBarBody>{session.failure}</MessageBarBody>
        </MessageBar>
      )}
      <div className="panel rows">
        <Row
          error={action.error}
          label={
            <span className="whoami">
              <PersonAvatar name={name} jid={session?.address} size={48} badge={false} />
              <span>
                <span className="t-strong">{name}</span>
                <span className="t-cap">{session?.address}</span>
              </span>
            </span>
          }
        >
          <Button
            icon={<Password20Regular />}
            onClick={() => {
              setEntering(true);
            }}
          >
            <Trans>Enter password…</Trans>
          </Button>
          <Button
            icon={<SignOut20Regular />}
            disabledFocusable={action.busy}
            onClick={() => {
              setSigningOut(true);
            }}
          >
            <Trans>Sign out…</Trans>
          </Button>
        </Row>
      </div>
      <h2 className="h-sm set__h">
        <Trans>You</Trans>
      </h2>
      <SettingPanel names={['account.displayName']} />
      {serviceFields.map((fields) => (
        <div key={fields.service}>
          <h2 className="h-sm set__h">{t(fields.title)}</h2>
          <SettingPanel names={fields.names} />
          {fields.secrets !== undefined && session?.state === 'signedIn' && <SecretPanel names={fields.secrets} />}
        </div>
      ))}
      <h2 className="h-sm set__h">
        <Trans>Certificates and network</Trans>
      </h2>
      <SettingPanel names={networkSettings} />
      {entering && (
        <PasswordDialog
          onClose={() => {
            setEntering(false);
          }}
        />
      )}
      {signingOut && (
        <SignOutDialog
          onClose={() => {
            setSigningOut(false);
          }}
          onConfirm={(choice) => {
            setSigningOut(false);
            void action.run(async () => {
              await dialogGone();
              const { stays } = await call('session.signOut', choice);
              if (choice.forgetData && session?.accountId !== undefined) forgetDrafts(session.accountId);
              keepForSignInPage(stays);
            });
          }}
        />
      )}
    </>
  );
}

/** Asks first. The dialog is gone before the page under it is: otherwise it would leave the next page hidden from screen readers. */
function SignOutDialog(props: {
  readonly onClose: () => void;
  readonly onConfirm: (choice: { readonly forgetPassword: boolean; readonly forgetData: boolean }) => void;
}) {
  const { t } = useLingui();
  const [forgetPassword, setForgetPassword] = useState(false);
  const [forgetData, setForgetData] = useState(false);
  return (
    <ConfirmDialog
      title={<Trans>Sign out?</Trans>}
      confirmLabel={<Trans>Sign out</Trans>}
      busy={false}
      error={undefined}
      onCancel={props.onClose}
      onConfirm={() => {
        props.onConfirm({ forgetPassword: forgetPassword || forgetData, forgetData });
      }}
    >
      <p>
        {forgetData ? (
          <Trans>
            Running calls end. Your chats, contacts, call history and settings are removed from this computer and cannot
            be brought back; what servers and other people have of them stays there.
          </Trans>
        ) : (
          <Trans>
            Running calls end, and nobody reaches you here until you sign in again. Your chats, call history and
            settings stay on this computer.
          </Trans>
        )}
      </p>
      <Checkbox
        checked={forgetPassword || forgetData}
        disabled={forgetData}
        label={t`Also forget the password`}
        onChange={(_event, data) => {
          setForgetPassword(data.checked === true);
        }}
      />
      <Checkbox
        checked={forgetData}
        label={t`Remove everything of this account from this computer`}
        onChange={(_event, data) => {
          setForgetData(data.checked === true);
        }}
      />
    </ConfirmDialog>
  );
}
