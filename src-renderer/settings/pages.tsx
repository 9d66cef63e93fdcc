import {
  Alert20Regular,
  Archive20Regular,
  Call20Regular,
  Info20Regular,
  Keyboard20Regular,
  Person20Regular,
  Settings20Regular,
  ShieldLock20Regular,
  Speaker220Regular,
  Video20Regular,
} from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { ReactNode } from 'react';

export const settingsPageIds = [
  'general',
  'account',
  'calls',
  'audio',
  'video',
  'archive',
  'notifications',
  'keyboard',
  'privacy',
  'diagnostics',
] as const;
export type SettingsPageId = (typeof settingsPageIds)[number];

export interface SettingsPage {
  readonly id: SettingsPageId;
  readonly title: MessageDescriptor;
  readonly lead: MessageDescriptor;
  /** As the command palette names it. */
  readonly command: MessageDescriptor;
  readonly icon: ReactNode;
}

export const settingsPages: readonly SettingsPage[] = [
  {
    id: 'general',
    title: msg`General`,
    lead: msg`How Parley looks.`,
    command: msg`Settings: General`,
    icon: <Settings20Regular />,
  },
  {
    id: 'account',
    title: msg`Account`,
    lead: msg`Who you are signed in as, and the servers that Parley uses.`,
    command: msg`Settings: Account`,
    icon: <Person20Regular />,
  },
  {
    id: 'calls',
    title: msg`Calls`,
    lead: msg`How calls are placed and how numbers are read.`,
    command: msg`Settings: Calls`,
    icon: <Call20Regular />,
  },
  {
    id: 'audio',
    title: msg`Audio`,
    lead: msg`Which microphone and speakers calls use on this computer.`,
    command: msg`Settings: Audio`,
    icon: <Speaker220Regular />,
  },
  {
    id: 'video',
    title: msg`Video`,
    lead: msg`Parley measures this computer and picks the best picture it can send without slowing other work.`,
    command: msg`Settings: Video`,
    icon: <Video20Regular />,
  },
  {
    id: 'archive',
    title: msg`Chat archive`,
    lead: msg`Keep a copy of your chats as files on this computer. Nothing is uploaded.`,
    command: msg`Settings: Chat archive`,
    icon: <Archive20Regular />,
  },
  {
    id: 'notifications',
    title: msg`Notifications`,
    lead: msg`What Parley tells you about while you do something else.`,
    command: msg`Settings: Notifications`,
    icon: <Alert20Regular />,
  },
  {
    id: 'keyboard',
    title: msg`Keyboard`,
    lead: msg`Keys that answer, end and place calls.`,
    command: msg`Settings: Keyboard`,
    icon: <Keyboard20Regular />,
  },
  {
    id: 'privacy',
    title: msg`Privacy and policy`,
    lead: msg`What is kept on this computer, and what your organization has decided.`,
    command: msg`Settings: Privacy and policy`,
    icon: <ShieldLock20Regular />,
  },
  {
    id: 'diagnostics',
    title: msg`About and diagnostics`,
    lead: msg`How each service does, and a report for support.`,
    command: msg`Settings: About and diagnostics`,
    icon: <Info20Regular />,
  },
];
