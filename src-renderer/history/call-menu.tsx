import { MenuDivider, MenuItem } from '@fluentui/react-components';
import { Call20Regular, Delete20Regular } from '@fluentui/react-icons';
import { Trans } from '@lingui/react/macro';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { CallerMenuItems } from '../contacts/caller-menu.tsx';
import { comboParts, combos, isMac } from '../ui/shortcuts.ts';
import { numberOf } from './call-words.ts';

/** The items of the menu of a call of the history, on its row and beside its details. */
export function CallMenuItems(props: { readonly call: CallRecord; readonly onDelete: () => void }) {
  const placeCall = usePlaceCall();
  const { call } = props;
  return (
    <>
      {!hidesNumber(call) && (
        <MenuItem
          icon={<Call20Regular />}
          secondaryContent={comboParts(combos.callPerson, isMac()).join('+')}
          onClick={() => {
            placeCall(numberOf(call), call.name);
          }}
        >
          {call.direction === 'in' ? <Trans>Call back</Trans> : <Trans>Call again</Trans>}
        </MenuItem>
      )}
      <CallerMenuItems caller={call} />
      {call.endedAtMs !== undefined && (
        <>
          <MenuDivider />
          <MenuItem icon={<Delete20Regular />} onClick={props.onDelete}>
            <Trans>Delete from history…</Trans>
          </MenuItem>
        </>
      )}
    </>
  );
}
