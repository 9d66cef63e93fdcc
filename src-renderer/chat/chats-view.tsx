import { Trans } from '@lingui/react/macro';
import { Kbd } from '../ui/kbd.tsx';
import { QuietState } from '../ui/empty-state.tsx';
import { combos } from '../ui/shortcuts.ts';
import { ConversationList } from './conversation-list.tsx';
import { ConversationPane } from './conversation-pane.tsx';
import { useTyping } from './use-typing.ts';

/** `item`: the bare JID of the conversation that is open. */
export function ChatsView({ item }: { readonly item: string | undefined }) {
  const typing = useTyping();
  return (
    <>
      <ConversationList selected={item} typing={typing} />
      {item === undefined ? (
        <section className="detail" data-region="detail" tabIndex={-1}>
          <QuietState>
            <Trans>
              Pick a chat, or press <Kbd combo={combos.search} />, type a name and press{' '}
              <Kbd combo={combos.chatPerson} /> to start one.
            </Trans>
          </QuietState>
        </section>
      ) : (
        <ConversationPane key={item} peer={item} typing={typing.has(item)} />
      )}
    </>
  );
}
