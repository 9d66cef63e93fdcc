import { useEffect, useReducer, useRef } from 'react';
import type { SearchAnswer } from '../../src-shared/contract/people.ts';
import { limits } from '../../src-shared/limits.ts';
import { useLingui } from '@lingui/react/macro';
import { useCall } from '../bridge/client-context.tsx';
import { errorWords } from '../ui/error-words.ts';
import { emptySearch, searchReducer } from './search-state.ts';
import type { SearchState } from './search-state.ts';

export interface Search {
  readonly state: SearchState;
  readonly type: (query: string) => void;
  readonly askDirectory: () => void;
}

/** Shorter texts match half the directory: the server is asked for them only on demand. */
const directoryMinimumCharacters = 2;

/** Searches this computer at each key stroke, and the directory on demand or when this computer knows nobody. */
export function useSearch(): Search {
  const { t } = useLingui();
  const call = useCall();
  const [state, dispatch] = useReducer(searchReducer, emptySearch);
  const tickets = useRef(0);

  const askDirectory = (query: string, ticket: number) => {
    dispatch({ type: 'directoryAsked', ticket });
    const failed = (error: unknown): SearchAnswer => ({ people: [], truncated: false, problem: errorWords(error, t) });
    void call('people.search', { query, scope: 'directory' })
      .catch(failed)
      .then((answer) => {
        dispatch({ type: 'directoryAnswered', ticket, answer });
      });
  };

  const type = (text: string) => {
    const query = text.slice(0, limits.searchContextCharacters);
    const ticket = (tickets.current += 1);
    dispatch({ type: 'typed', query, ticket });
    const asked = query.trim();
    if (asked === '' || asked.startsWith('>')) return;
    void call('people.search', { query: asked, scope: 'cache' }).then(
      (answer) => {
        dispatch({ type: 'cacheAnswered', ticket, answer });
        const latest = tickets.current === ticket;
        if (latest && answer.people.length === 0 && asked.length >= directoryMinimumCharacters)
          askDirectory(asked, ticket);
      },
      () => {
        dispatch({ type: 'cacheFailed', ticket });
      },
    );
    void call('people.dialable', { text: asked }).then(
      ({ dial, shown }) => {
        dispatch({
          type: 'dialableAnswered',
          ticket,
          dialable: dial === null ? undefined : { dial, shown: shown ?? dial },
        });
      },
      () => {
        dispatch({ type: 'dialableAnswered', ticket, dialable: undefined });
      },
    );
  };

  // The box outlives no window: answers that come after unmount are dropped by their ticket.
  useEffect(
    () => () => {
      tickets.current += 1;
    },
    [],
  );

  return {
    state,
    type,
    askDirectory: () => {
      if (state.directory === 'idle' && state.query.trim() !== '') askDirectory(state.query.trim(), state.ticket);
    },
  };
}
