import { Button, Checkbox } from '@fluentui/react-components';
import { SignOut20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { useAction } from '../ui/use-action.ts';
import { keepForSignInPage } from './stays.ts';
import { serviceFields, trustSettings } from './service-settings.ts';
import { Row, SettingPanel } from './setting-row.tsx';

export function AccountPage() {
  const { t } = useLingui();
  const session = useTopic('session');
  const [signingOut, setSigningOut] = useState(false);
  const name = session?.displayName ?? session?.address ?? '';
  return (
    <>
      <div className="panel rows">
        <Row
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
            icon={<SignOut20Regular />}
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
        </div>
      ))}
      <h2 className="h-sm set__h">
        <Trans>Certificates</Trans>
      </h2>
      <SettingPanel names={trustSettings} />
      {signingOut && (
        <SignOutDialog
          onClose={() => {
            setSigningOut(false);
          }}
        />
      )}
    </>
  );
}

/** Asks, signs out, and then says what stays on this computer. */
function SignOutDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const [forget, setForget] = useState(false);
  return (
    <ConfirmDialog
      title={<Trans>Sign out?</Trans>}
      confirmLabel={<Trans>Sign out</Trans>}
      busy={action.busy}
      error={action.error}
      onCancel={onClose}
      onConfirm={() => {
        void action.run(async () => {
          const { stays } = await call('session.signOut', { forgetPassword: forget });
          keepForSignInPage(stays);
        });
      }}
    >
      <p>
        <Trans>
          Running calls end, and nobody reaches you here until you sign in again. Your chats, call history and settings
          stay on this computer.
        </Trans>
      </p>
      <Checkbox
        checked={forget}
        label={t`Also forget the password`}
        onChange={(_event, data) => {
          setForget(data.checked === true);
        }}
      />
    </ConfirmDialog>
  );
}
