import type { Migration } from '../store.ts';
import { settingsStep } from './001-settings.ts';
import { chat } from './010-chat.ts';
import { roster } from './011-roster.ts';
import { callHistory } from './020-call-history.ts';
import { people } from './030-people.ts';
import { voicemail } from './031-voicemail.ts';
import { capabilityStep } from './040-capability.ts';
import { sipInstance } from './050-sip-instance.ts';
import { callHistoryWire } from './051-call-history-wire.ts';
import { callHistoryQuality } from './052-call-history-quality.ts';
import { peopleMerge } from './053-people-merge.ts';
import { callHistoryWords } from './054-call-history-words.ts';
import { deletedChats } from './055-deleted-chats.ts';
import { callHistoryServices } from './056-call-history-services.ts';
import { deletedChatsClock } from './057-deleted-chats-clock.ts';
import { voicemailMailbox } from './058-voicemail-mailbox.ts';

/** Every step of the schema in the order of its number. Add at the end; never change a step that was released. */
export const migrationSteps: readonly Migration[] = [
  settingsStep,
  chat,
  roster,
  callHistory,
  people,
  voicemail,
  capabilityStep,
  sipInstance,
  callHistoryWire,
  callHistoryQuality,
  peopleMerge,
  callHistoryWords,
  deletedChats,
  callHistoryServices,
  deletedChatsClock,
  voicemailMailbox,
];
