import { Chat16Regular, Voicemail16Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { PhoneNumber } from '../../src-shared/model/contact.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { CallKindIcon } from '../history/call-kind-icon.tsx';
import { callOutcome, callWords } from '../history/call-words.ts';
import { clockText } from '../ui/time.ts';
import { useTimeWords } from '../ui/use-time-words.ts';
import { recentWith } from './recent-with.ts';
import type { RecentItem } from './recent-with.ts';

/** Rows of the card; the sections have the rest. */
const rowsShown = 6;

/** The newest calls, chats and voice messages with one person. */
export function RecentWith(props: {
  readonly name: string;
  readonly jid: string | undefined;
  readonly numbers: readonly PhoneNumber[];
}) {
  const history = useTopic('history');
  const words = useTimeWords();
  if (history === undefined) return null;
  const numbers = props.numbers.map((number) => number.e164 ?? number.shown);
  const items = recentWith({ jid: props.jid, numbers }, history).slice(0, rowsShown);
  if (items.length === 0) return null;
  const firstName = props.name.split(' ')[0] ?? props.name;
  return (
    <>
      <h3>
        <Trans>Recent with {firstName}</Trans>
      </h3>
      <ul className="recent">
        {items.map((item) => (
          <li key={item.key}>
            <Item item={item} firstName={firstName} />
            <time dateTime={new Date(item.atMs).toISOString()}>{words.full(item.atMs)}</time>
          </li>
        ))}
      </ul>
    </>
  );
}

function Item({ item, firstName }: { readonly item: RecentItem; readonly firstName: string }) {
  const { t } = useLingui();
  const words = useTimeWords();
  switch (item.kind) {
    case 'call':
      return (
        <>
          <CallKindIcon outcome={callOutcome(item.call)} />
          <span>{callWords(item.call, firstName, words, t)}</span>
        </>
      );
    case 'chat':
      return (
        <>
          <Chat16Regular />
          <span className="clip">“{item.chat.lastBody}”</span>
        </>
      );
    case 'voice': {
      const length = clockText(item.voice.durationS);
      return (
        <>
          <Voicemail16Regular />
          <span>{item.voice.heard ? t`Voicemail, ${length}` : t`New voicemail, ${length}`}</span>
        </>
      );
    }
  }
}
