import { MenuDivider, MenuItem } from '@fluentui/react-components';
import { Call20Regular, Delete20Regular, MailRead20Regular, MailUnread20Regular } from '@fluentui/react-icons';
import { Trans } from '@lingui/react/macro';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { useCall } from '../bridge/client-context.tsx';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { useShowProblem } from '../calls/use-show-problem.ts';
import { CallerMenuItems } from '../contacts/caller-menu.tsx';

/** The items of a voice message's menu. */
export function MessageMenuItems(props: { readonly message: VoiceMessage; readonly onDelete: () => void }) {
  const call = useCall();
  const placeCall = usePlaceCall();
  const showProblem = useShowProblem();
  const { message } = props;
  const { id, heard } = message;
  return (
    <>
      {!hidesNumber(message) && (
        <MenuItem
          icon={<Call20Regular />}
          onClick={() => {
            placeCall(message.number, message.name);
          }}
        >
          <Trans>Call back</Trans>
        </MenuItem>
      )}
      <CallerMenuItems caller={message} />
      <MenuItem
        icon={heard ? <MailUnread20Regular /> : <MailRead20Regular />}
        onClick={() => {
          call('voicemail.markHeard', { id, heard: !heard }).catch(showProblem);
        }}
      >
        {heard ? <Trans>Mark as new</Trans> : <Trans>Mark as heard</Trans>}
      </MenuItem>
      <MenuDivider />
      <MenuItem icon={<Delete20Regular />} onClick={props.onDelete}>
        <Trans>Delete…</Trans>
      </MenuItem>
    </>
  );
}
