import { useEffect, useReducer } from 'react';
import { limits } from '../../src-shared/limits.ts';
import { useCall, useEvent, useGap } from '../bridge/client-context.tsx';
import { emptyLog, logReducer } from './message-log.ts';
import type { LogEvent, MessageLog } from './message-log.ts';

export interface Messages {
  readonly log: MessageLog;
  readonly loadOlder: () => void;
  readonly reload: () => void;
  readonly apply: (event: LogEvent) => void;
}

/** One conversation: its newest page, older ones on demand, and every change as it happens. One mount, one peer. */
export function useMessages(peer: string): Messages {
  const call = useCall();
  const [log, dispatch] = useReducer(logReducer, emptyLog);

  const loadNewest = () =>
    call('chat.page', { peer, limit: limits.chatPageMessages }).then(
      (page) => {
        dispatch({ type: 'newestLoaded', messages: page.messages, more: page.more });
      },
      () => {
        dispatch({ type: 'loadFailed' });
      },
    );

  useEffect(() => {
    let current = true;
    call('chat.page', { peer, limit: limits.chatPageMessages }).then(
      (page) => {
        if (current) dispatch({ type: 'newestLoaded', messages: page.messages, more: page.more });
      },
      () => {
        if (current) dispatch({ type: 'loadFailed' });
      },
    );
    return () => {
      current = false;
    };
  }, [call, peer]);

  useEvent('chat.message', ({ message, removed }) => {
    if (message.peer !== peer) return;
    dispatch(removed ? { type: 'removed', id: message.id } : { type: 'changed', message });
  });
  useEvent('chat.deleted', (deleted) => {
    if (deleted.peer === peer) dispatch({ type: 'allRemoved' });
  });
  // Events are not replayed: after a gap the newest page tells what was missed.
  useGap(() => void loadNewest());

  return {
    log,
    apply: dispatch,
    reload: () => void loadNewest(),
    loadOlder: () => {
      const oldest = log.messages[0];
      if (!log.more || log.loadingOlder || oldest === undefined) return;
      dispatch({ type: 'olderAsked' });
      const before = { id: oldest.id, sentAtMs: oldest.sentAtMs };
      call('chat.page', { peer, before, limit: limits.chatPageMessages }).then(
        (page) => {
          dispatch({ type: 'olderLoaded', messages: page.messages, more: page.more });
        },
        () => {
          dispatch({ type: 'loadFailed' });
        },
      );
    },
  };
}
