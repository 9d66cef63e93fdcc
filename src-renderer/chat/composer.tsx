import { Button } from '@fluentui/react-components';
import { Send20Filled } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useLayoutEffect, useRef, useState } from 'react';
import { limits } from '../../src-shared/limits.ts';
import { errorWords } from '../ui/error-words.ts';
import { draftOf, keepDraft } from './drafts.ts';
import { useTellTyping } from './use-tell-typing.ts';

/**
 * Writes a message: Enter sends, Shift+Enter starts a line. What is not sent stays as a draft, and what could not be
 * taken (the disk may be full) stands in the field again.
 */
export function Composer(props: {
  readonly peer: string;
  readonly name: string;
  /** Rejects when the message was not taken. */
  readonly onSend: (body: string) => Promise<void>;
}) {
  const { t } = useLingui();
  const { peer } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => draftOf(peer));
  const [problem, setProblem] = useState<string>();
  const tellTyping = useTellTyping(peer);
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
    const body = text.trim();
    change('');
    setProblem(undefined);
    tellTyping.sent();
    props.onSend(body).catch((error: unknown) => {
      setProblem(errorWords(error, t));
      const since = draftOf(peer);
      change(since === '' ? body : `${body}\n${since}`);
    });
  };

  return (
    <div className="composer">
      {problem !== undefined && (
        <p className="composer__problem" role="alert">
          {problem}
        </p>
      )}
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
          tellTyping.typed(event.target.value);
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
