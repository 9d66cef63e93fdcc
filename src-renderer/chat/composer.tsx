import { Button } from '@fluentui/react-components';
import { Send20Filled } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useLayoutEffect, useRef, useState } from 'react';
import { limits } from '../../src-shared/limits.ts';
import { draftOf, keepDraft } from './drafts.ts';

/** Writes a message: Enter sends, Shift+Enter starts a line. What is not sent stays as a draft. */
export function Composer(props: {
  readonly peer: string;
  readonly name: string;
  readonly onSend: (body: string) => void;
}) {
  const { t } = useLingui();
  const { peer } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => draftOf(peer));
  const firstName = props.name.split(' ')[0] ?? props.name;
  const label = t`Message ${firstName}`;
  const empty = text.trim() === '';

  // The field grows with its text; the style sheet sets the largest height.
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${String(element.scrollHeight)}px`;
  }, [text]);

  const change = (next: string) => {
    setText(next);
    keepDraft(peer, next);
  };
  const send = () => {
    if (empty) return;
    props.onSend(text.trim());
    change('');
  };

  return (
    <div className="composer">
      <textarea
        ref={field}
        className="composer__text"
        rows={1}
        value={text}
        maxLength={limits.chatMessageCharacters}
        aria-label={label}
        placeholder={label}
        data-region-start
        onChange={(event) => {
          change(event.target.value);
        }}
        onKeyDown={(event) => {
          // While an input method composes, Enter chooses a word.
          if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <div className="composer__bar">
        <span className="composer__hint" aria-hidden>
          <Trans>
            <kbd>Enter</kbd> to send
          </Trans>
        </span>
        <Button
          appearance="subtle"
          className="composer__send"
          icon={<Send20Filled />}
          aria-label={t`Send`}
          disabledFocusable={empty}
          onClick={send}
        />
      </div>
    </div>
  );
}
