import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';

/** The account's topics without an account, so that every view has something to show. */
export function publishSignedOut(hub: Pick<TopicHub, 'publish'>): void {
  hub.publish('roster', { state: 'loading', contacts: [], requests: [] });
  hub.publish('ownPresence', { chosen: 'available', shown: 'offline', text: '' });
  hub.publish('conversations', { conversations: [], unread: 0 });
  hub.publish('calls', {
    calls: [],
    line: { state: 'off', message: '' },
    callBacks: [],
    forward: {},
    doNotDisturb: false,
    serverRules: [],
  });
  hub.publish('history', { chats: [], voiceMessages: [], calls: [], missedUnseen: 0 });
  hub.publish('lineStates', { lines: [] });
  hub.publish('voicemail', { state: 'notConfigured', messages: [], unread: 0 });
}
