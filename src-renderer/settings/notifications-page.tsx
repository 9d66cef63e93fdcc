import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Row, SettingPanel } from './setting-row.tsx';

const names = [
  'notifications.incomingWindow',
  'notifications.messages',
  'notifications.missedCalls',
  'notifications.voicemail',
  'notifications.requests',
  'notifications.preview',
];

export function NotificationsPage() {
  return (
    <>
      {window.parley === undefined && <BrowserPermission />}
      <SettingPanel names={names} />
    </>
  );
}

/** In the browser shell the browser itself must be asked. */
function BrowserPermission() {
  const { t } = useLingui();
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (permission === 'granted') return null;
  return (
    <div className="panel rows set__first">
      <Row
        label={t`Notifications of the system`}
        hint={
          permission === 'denied'
            ? t`This browser does not let Parley show any. Its site settings can change that.`
            : t`This browser has not been asked yet.`
        }
      >
        {permission === 'default' && (
          <Button
            onClick={() => {
              void Notification.requestPermission().then(setPermission);
            }}
          >
            <Trans>Allow</Trans>
          </Button>
        )}
      </Row>
    </div>
  );
}
