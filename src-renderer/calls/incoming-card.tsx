import { Button, Input } from '@fluentui/react-components';
import {
  AlertOff20Regular,
  Call20Filled,
  CallEnd20Filled,
  Chat20Regular,
  ChevronUp20Regular,
  Send20Filled,
  Voicemail20Regular,
} from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { limits } from '../../src-shared/limits.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { useCallerName } from '../ui/caller.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import './calls-parts.css';
import type { CallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** What a person says most often to somebody they cannot talk to now. */
const replies: readonly MessageDescriptor[] = [
  msg`I will call you back`,
  msg`In a meeting, can you chat?`,
  msg`On my way, five minutes`,
];

export interface IncomingCardProps {
  readonly call: Call;
  readonly actions: CallActions;
  /** What else can be done, at the upper right. */
  readonly more?: ReactNode;
  /** Answers in its own way; without it the call is answered and nothing else. */
  readonly onAnswer?: () => void;
}

/** The number, and who sent the call on. */
export function CallerLine({ call }: { readonly call: Call }) {
  const { name, number } = call.party;
  const { diverted } = call;
  const callerName = useCallerName();
  const by = diverted === undefined ? undefined : callerName(diverted);
  return (
    <>
      {name === undefined || name === number || hidesNumber(call.party) ? <Trans>Incoming call</Trans> : number}
      {by !== undefined && (
        <>
          {' · '}
          <Trans>Forwarded by {by}</Trans>
        </>
      )}
    </>
  );
}

/** The card of a call that rings: who it is, and tiles for what a person does about it. It never takes the focus. */
export function IncomingCard({ call, actions, more, onAnswer }: IncomingCardProps) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const [replying, setReplying] = useState(false);
  const mailbox = useMailboxNumber();
  const id = useId();
  const name = partyName(call);
  const mac = isMac();
  const can = (capability: Call['capabilities'][number]) => call.capabilities.includes(capability);
  const { jid } = call.party;
  return (
    <div className="toast callcard" role="alertdialog" aria-labelledby={`${id}who`} aria-describedby={`${id}what`}>
      <div className="toast__top">
        <span className="toast__photo">
          <PersonAvatar name={name} jid={jid} size={56} badge={false} />
        </span>
        <div className="toast__id">
          <div className="toast__name clip" id={`${id}who`} title={name}>
            {name}
          </div>
          <div className="clip tnum" id={`${id}what`}>
            <CallerLine call={call} />
          </div>
        </div>
        {can('ignore') && (
          <Button
            size="small"
            appearance="subtle"
            icon={<AlertOff20Regular />}
            title={t`Ignore: it rings on, but not here`}
            aria-label={t`Ignore the call`}
            className="toast__mute"
            onClick={() => {
              actions.ignore(call.id);
            }}
          />
        )}
        {more}
      </div>
      <div className="toast__acts">
        <button
          type="button"
          className="tact tact--go"
          aria-keyshortcuts={ariaCombo(combos.answer, mac)}
          onClick={() => {
            if (onAnswer === undefined) actions.answer(call.id);
            else onAnswer();
          }}
        >
          <Call20Filled />
          <span>
            <Trans>Answer</Trans>
          </span>
        </button>
        {jid !== undefined && (
          <button
            type="button"
            className={replying ? 'tact is-on' : 'tact'}
            aria-expanded={replying}
            title={t`Decline and send a message`}
            onClick={() => {
              setReplying(!replying);
            }}
          >
            {replying ? <ChevronUp20Regular /> : <Chat20Regular />}
            <span>
              <Trans>Message</Trans>
            </span>
          </button>
        )}
        {mailbox !== '' && can('divert') && (
          <button
            type="button"
            className="tact"
            title={t`Send the caller to your voicemail`}
            onClick={() => void actions.divert(call.id, mailbox)}
          >
            <Voicemail20Regular />
            <span>
              <Trans>Voicemail</Trans>
            </span>
          </button>
        )}
        <button
          type="button"
          className="tact tact--end"
          aria-keyshortcuts={ariaCombo(combos.decline, mac)}
          onClick={() => {
            actions.decline(call.id);
          }}
        >
          <CallEnd20Filled />
          <span>
            <Trans>Decline</Trans>
          </span>
        </button>
      </div>
      {replying && jid !== undefined && (
        <Reply
          onSend={(text) => {
            actions.declineWithMessage(call.id, jid, text);
          }}
        />
      )}
    </div>
  );
}

/** Ready words and a field for others. */
function Reply({ onSend }: { readonly onSend: (text: string) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const send = () => {
    if (text.trim() !== '') onSend(text.trim());
  };
  return (
    <div className="toast__reply" role="group" aria-label={t`Decline and send a message`}>
      <div className="t-cap">
        <Trans>Declines the call and sends</Trans>
      </div>
      {replies.map((reply) => (
        <button
          key={reply.id}
          type="button"
          className="qreply"
          onClick={() => {
            onSend(t(reply));
          }}
        >
          {t(reply)}
        </button>
      ))}
      <Input
        value={text}
        maxLength={limits.chatMessageCharacters}
        placeholder={t`Write something else`}
        aria-label={t`Write something else`}
        onChange={(_event, data) => {
          setText(data.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) send();
        }}
        contentAfter={
          <Button
            appearance="transparent"
            size="small"
            icon={<Send20Filled className="c-brand" />}
            aria-label={t`Send`}
            disabledFocusable={text.trim() === ''}
            onClick={send}
          />
        }
      />
    </div>
  );
}

/** Number of the own mailbox; empty when the settings name none. */
function useMailboxNumber(): string {
  const value = useTopic('settings')?.settings.find(({ key }) => key === 'phone.voicemailNumber')?.value;
  return typeof value === 'string' ? value : '';
}
