import {
  Call20Regular,
  Chat20Regular,
  Keyboard20Regular,
  People20Regular,
  PersonAdd20Regular,
  Settings20Regular,
  Voicemail20Regular,
} from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { ReactNode } from 'react';
import type { OwnPresenceState } from '../../src-shared/model/presence.ts';
import { navigate } from '../shell/route.ts';
import { settingsPages } from '../settings/pages.tsx';
import { fold } from '../ui/list-keys.ts';
import { Presence } from '../ui/presence.tsx';
import { combos } from '../ui/shortcuts.ts';
import type { Combo } from '../ui/shortcuts.ts';

/** What a command may do. */
export interface CommandTools {
  readonly setPresence: (state: OwnPresenceState) => void;
  readonly openShortcuts: () => void;
}

export interface Command {
  readonly id: string;
  readonly group: 'presence' | 'goTo' | 'actions';
  readonly title: MessageDescriptor;
  readonly icon: ReactNode;
  readonly combo?: Combo;
  readonly run: (tools: CommandTools) => void;
}

const presenceTitles: Readonly<Record<OwnPresenceState, MessageDescriptor>> = {
  available: msg`Set presence to Available`,
  busy: msg`Set presence to Busy`,
  dnd: msg`Set presence to Do not disturb`,
  away: msg`Set presence to Away`,
  offline: msg`Appear offline`,
};

const presenceOrder: readonly OwnPresenceState[] = ['available', 'busy', 'dnd', 'away', 'offline'];

/** Everything that `>` in the search box can do: only what this version has. */
export const commands: readonly Command[] = [
  ...presenceOrder.map((state): Command => ({
    id: `presence-${state}`,
    group: 'presence',
    title: presenceTitles[state],
    icon: <Presence state={state} size={16} decorative />,
    run: (tools) => {
      tools.setPresence(state);
    },
  })),
  {
    id: 'add-contact',
    group: 'actions',
    title: msg`Add a contact`,
    icon: <PersonAdd20Regular />,
    run: () => {
      navigate({ section: 'contacts', item: 'add' });
    },
  },
  {
    id: 'shortcuts',
    group: 'actions',
    title: msg`All keyboard shortcuts`,
    icon: <Keyboard20Regular />,
    combo: combos.shortcuts,
    run: (tools) => {
      tools.openShortcuts();
    },
  },
  {
    id: 'contacts',
    group: 'goTo',
    title: msg`Contacts`,
    icon: <People20Regular />,
    combo: combos.contacts,
    run: () => {
      navigate({ section: 'contacts' });
    },
  },
  {
    id: 'chats',
    group: 'goTo',
    title: msg`Chats`,
    icon: <Chat20Regular />,
    combo: combos.chats,
    run: () => {
      navigate({ section: 'chats' });
    },
  },
  {
    id: 'calls',
    group: 'goTo',
    title: msg`Calls`,
    icon: <Call20Regular />,
    combo: combos.calls,
    run: () => {
      navigate({ section: 'calls' });
    },
  },
  {
    id: 'voicemail',
    group: 'goTo',
    title: msg`Voicemail`,
    icon: <Voicemail20Regular />,
    combo: combos.voicemail,
    run: () => {
      navigate({ section: 'voicemail' });
    },
  },
  ...settingsPages.map((page): Command => ({
    id: `settings-${page.id}`,
    group: 'goTo',
    title: page.command,
    icon: <Settings20Regular />,
    run: () => {
      navigate({ section: 'settings', item: page.id });
    },
  })),
];

/** Commands whose title holds every word typed after `>`. */
export function matchingCommands(
  all: readonly Command[],
  query: string,
  title: (descriptor: MessageDescriptor) => string,
): readonly Command[] {
  const words = fold(query.replace(/^>/, '')).split(/\s+/).filter(Boolean);
  return all.filter((command) => {
    const text = fold(title(command.title));
    return words.every((word) => text.includes(word));
  });
}
