import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { ArrowLeft20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useTopic } from '../bridge/client-context.tsx';
import { formatRoute, navigate } from '../shell/route.ts';
import { LoadingState } from '../ui/empty-state.tsx';
import { AccountPage } from './account-page.tsx';
import { AudioPage } from './audio-page.tsx';
import { CallsPage } from './calls-page.tsx';
import { DiagnosticsPage } from './diagnostics-page.tsx';
import { KeyboardPage } from './keyboard-page.tsx';
import { NotificationsPage } from './notifications-page.tsx';
import { settingsPages } from './pages.tsx';
import type { SettingsPageId } from './pages.tsx';
import { PrivacyPage } from './privacy-page.tsx';
import { SettingPanel } from './setting-row.tsx';
import { VideoPage } from './video-page.tsx';

/** `item`: id of the page. */
export function SettingsView({ item }: { readonly item: string | undefined }) {
  const { t } = useLingui();
  const settings = useTopic('settings');
  const session = useTopic('session');
  const page = settingsPages.find((candidate) => candidate.id === item) ?? settingsPages[0];
  if (page === undefined) return null;
  const title = t(page.title);
  return (
    <>
      <nav className="list" aria-label={t`Settings pages`} data-region="list">
        <div className="list__head">
          <h1>
            <Trans>Settings</Trans>
          </h1>
        </div>
        <div className="list__scroll">
          {settingsPages.map((candidate) => {
            const selected = candidate === page;
            return (
              <a
                key={candidate.id}
                href={formatRoute({ section: 'settings', item: candidate.id })}
                className={selected ? 'row setnav is-selected' : 'row setnav'}
                aria-current={selected ? 'page' : undefined}
                {...(selected ? { 'data-region-start': true } : {})}
              >
                {candidate.icon}
                <span className="clip">{t(candidate.title)}</span>
              </a>
            );
          })}
        </div>
      </nav>
      <section className="detail set" aria-label={title} data-region="detail" tabIndex={-1}>
        <div className="detail__back">
          <Button
            appearance="subtle"
            icon={<ArrowLeft20Regular />}
            onClick={() => {
              navigate({ section: 'settings' });
            }}
          >
            <Trans>Settings</Trans>
          </Button>
        </div>
        <div className="set__in">
          <h1>{title}</h1>
          <p className="set__sub">{t(page.lead)}</p>
          {session?.waitsForCalls === true && (
            <MessageBar intent="info" layout="multiline" className="signin__problem" role="status">
              <MessageBarBody>
                <Trans>What you changed for the phone applies after the call.</Trans>
              </MessageBarBody>
            </MessageBar>
          )}
          {settings === undefined ? <LoadingState /> : <Page id={page.id} />}
        </div>
      </section>
    </>
  );
}

function Page({ id }: { readonly id: SettingsPageId }) {
  switch (id) {
    case 'general':
      return <SettingPanel names={['appearance.theme']} />;
    case 'account':
      return <AccountPage />;
    case 'calls':
      return <CallsPage />;
    case 'audio':
      return <AudioPage />;
    case 'video':
      return <VideoPage />;
    case 'archive':
      return <SettingPanel names={['archive.enabled', 'archive.folder']} />;
    case 'notifications':
      return <NotificationsPage />;
    case 'keyboard':
      return <KeyboardPage />;
    case 'privacy':
      return <PrivacyPage />;
    case 'diagnostics':
      return <DiagnosticsPage />;
  }
}
