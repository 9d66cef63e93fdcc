import { useMemo, useRef, useState } from 'react';
import type { Session } from '../../src-shared/model/session.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { ChatsView } from '../chat/chats-view.tsx';
import { ContactDialogsProvider } from '../contacts/contact-dialogs.tsx';
import { ContactsView } from '../contacts/contacts-view.tsx';
import { CallsView } from '../history/calls-view.tsx';
import { SearchBox } from '../search/search-box.tsx';
import type { SearchHandle } from '../search/search-box.tsx';
import { SettingsView } from '../settings/settings-view.tsx';
import { Logo } from '../ui/logo.tsx';
import { LeaseBar } from '../media/lease-bar.tsx';
import { isMac } from '../ui/shortcuts.ts';
import { VoicemailView } from '../voicemail/voicemail-view.tsx';
import { DialPrompt } from '../calls/dial-prompt.tsx';
import { IncomingCallBanner } from '../calls/incoming-call-banner.tsx';
import { CallsAwayNote } from './calls-away-note.tsx';
import { RecordingNotice } from '../calls/recording-notice.tsx';
import { OwnPresenceMenu } from './own-presence.tsx';
import { Rail } from './rail.tsx';
import { useRoute } from './route.ts';
import type { Route } from './route.ts';
import { ShellCommandsContext } from './shell-commands.ts';
import type { ShellCommands } from './shell-commands.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { StatusStrip } from './status-strip.tsx';
import { useAskBeforeLeaving } from './use-ask-before-leaving.ts';
import { useFollowCalls } from './use-follow-calls.ts';
import { useShellKeys } from './use-shell-keys.ts';
import { useNotifications } from './use-notifications.ts';
import { useTargets } from './use-targets.ts';

/** The window of a person who is signed in. */
export function Shell({ session }: { readonly session: Session }) {
  const route = useRoute();
  const search = useRef<SearchHandle>(null);
  const [searching, setSearching] = useState(false);
  const [presenceOpen, setPresenceOpen] = useState(false);
  const [shortcutsOpen, setShortcutsOpen] = useState(false);
  const commands = useMemo<ShellCommands>(
    () => ({
      search: (text) => {
        search.current?.focus(text);
      },
      openShortcuts: () => {
        setShortcutsOpen(true);
      },
      openOwnPresence: () => {
        setPresenceOpen(true);
      },
    }),
    [],
  );
  useShellKeys(commands);
  useFollowCalls();
  useAskBeforeLeaving();
  const targets = useTargets();
  useNotifications(targets.open);
  const frame = window.parley === undefined ? 'none' : isMac() ? 'mac' : 'overlay';

  return (
    <ShellCommandsContext value={commands}>
      <ContactDialogsProvider>
        <div
          className={`app app--${route.section}`}
          data-compact={route.item === undefined ? 'list' : 'detail'}
          data-search={searching ? 'open' : undefined}
          data-frame={frame}
        >
          <header className="topbar" data-region="topbar">
            <div className="topbar__logo">{frame !== 'mac' && <Logo />}</div>
            <OwnPresenceMenu session={session} open={presenceOpen} onOpenChange={setPresenceOpen} />
            <SearchBox handle={search} onOpenChange={setSearching} />
            <CallsAwayNote place="topbar" />
          </header>
          <Rail active={route.section} />
          <div className="body">
            <StatusStrip />
            <LeaseBar />
            <div data-region="banner" className="banners">
              <IncomingCallBanner />
              <RecordingNotice />
            </div>
            <main className="sheet">
              <h1 className="sr-only compact-title">Parley</h1>
              <SectionView route={route} />
            </main>
          </div>
          {searching && <div className="scrim" />}
          {targets.dialRequest !== undefined && (
            <DialPrompt
              key={targets.dialRequest.number}
              request={targets.dialRequest}
              onClose={targets.closeDialRequest}
            />
          )}
          <ShortcutsDialog
            open={shortcutsOpen}
            onClose={() => {
              setShortcutsOpen(false);
            }}
          />
          <WindowTitle />
        </div>
      </ContactDialogsProvider>
    </ShellCommandsContext>
  );
}

function SectionView({ route }: { readonly route: Route }) {
  switch (route.section) {
    case 'contacts':
      return <ContactsView item={route.item} />;
    case 'chats':
      return <ChatsView item={route.item} />;
    case 'calls':
      return <CallsView item={route.item} />;
    case 'voicemail':
      return <VoicemailView item={route.item} />;
    case 'settings':
      return <SettingsView item={route.item} />;
  }
}

/** What is unread, in the task bar's title. */
function WindowTitle() {
  const unread = useTopic('conversations')?.unread ?? 0;
  const missed = useTopic('history')?.missedUnseen ?? 0;
  const count = unread + missed;
  // The product's name is not translated.
  return <title>{`${count === 0 ? '' : `(${count})`} Parley`.trim()}</title>;
}
