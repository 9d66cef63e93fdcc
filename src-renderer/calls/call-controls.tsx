import { Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Tooltip } from '@fluentui/react-components';
import {
  Call24Filled,
  CallEnd24Filled,
  CallTransfer24Regular,
  Dialpad24Regular,
  Mic24Regular,
  MicOff24Filled,
  MoreHorizontal24Regular,
  Pause24Regular,
  PersonAdd24Regular,
  Play24Filled,
} from '@fluentui/react-icons';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode, Ref } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { activeCall, callToAnswer, callToDecline } from '../../src-shared/model/calls-at-hand.ts';
import { ariaCombo, combos, isMac } from '../ui/shortcuts.ts';
import { answerWords, isRingingHere, leaveRefusal } from './call-text.ts';
import type { StagePanel } from './stage-panel.ts';
import type { CallActions } from './use-call-actions.ts';
import { useWantsPlace } from './use-wants-place.ts';

/** The buttons of a call or conference: only those that its device can do now. */
export function CallControls(props: {
  /** The call, or the whole conference. */
  readonly calls: readonly Call[];
  readonly call: Call;
  /** Every call that there is. */
  readonly all: readonly Call[];
  readonly panel: StagePanel | undefined;
  readonly actions: CallActions;
  readonly onPanel: (panel: StagePanel | undefined) => void;
}) {
  const { t } = useLingui();
  const { call, calls, all, actions, panel } = props;
  const can = (capability: Call['capabilities'][number]) => call.capabilities.includes(capability);
  const mac = isMac();
  const toggle = (which: StagePanel) => () => {
    props.onPanel(panel === which ? undefined : which);
  };
  const { conferenceId } = call;
  const together = conferenceId !== undefined && calls.length > 1;
  const held = call.state === 'held';
  const rings = isRingingHere(call);
  return (
    <div className="cbar" role="toolbar" aria-label={t`Call controls`}>
      {can('mute') && (
        <Control
          icon={call.muted ? <MicOff24Filled /> : <Mic24Regular />}
          label={call.muted ? t`Unmute` : t`Mute`}
          pressed={call.muted}
          shortcut={ariaCombo(combos.mute, mac)}
          onClick={() => {
            actions.mute(
              calls.map((one) => one.id),
              !call.muted,
            );
          }}
        />
      )}
      {(can('hold') || can('resume')) && (
        <Control
          icon={held ? <Play24Filled /> : <Pause24Regular />}
          label={held ? t`Resume` : t`Hold`}
          pressed={held}
          shortcut={ariaCombo(combos.hold, mac)}
          onClick={() => {
            if (held) actions.resume(call.id);
            else actions.hold(call.id);
          }}
        />
      )}
      {can('dtmf') && (
        <Control
          icon={<Dialpad24Regular />}
          label={t`Keypad`}
          pressed={panel === 'keypad'}
          onClick={toggle('keypad')}
        />
      )}
      {can('transfer') && !together && (
        <Control
          icon={<CallTransfer24Regular />}
          label={t`Transfer`}
          pressed={panel === 'transfer'}
          shortcut={ariaCombo(combos.transfer, mac)}
          onClick={toggle('transfer')}
        />
      )}
      {can('conference') && (
        <Control
          icon={<PersonAdd24Regular />}
          label={t`Add people`}
          pressed={panel === 'add'}
          onClick={toggle('add')}
        />
      )}
      <MoreOfCall call={call} actions={actions} onPanel={props.onPanel} />
      {together && (
        <Leave
          refusal={leaveRefusal(calls)}
          onLeave={() => {
            actions.leaveConference(conferenceId);
          }}
        />
      )}
      {rings && can('answer') && (
        <button
          type="button"
          className="cbtn cbtn--end cbtn--go"
          aria-keyshortcuts={callToAnswer(all)?.id === call.id ? ariaCombo(combos.answer, mac) : undefined}
          onClick={() => {
            actions.answer(call.id);
          }}
        >
          <span className="cbtn__face">
            <Call24Filled />
          </span>
          <span className="cbtn__label">{t(answerWords(activeCall(all)))}</span>
        </button>
      )}
      <button
        type="button"
        className="cbtn cbtn--end"
        aria-keyshortcuts={!rings || callToDecline(all)?.id === call.id ? ariaCombo(combos.decline, mac) : undefined}
        onClick={() => {
          if (together) actions.endConference(conferenceId);
          else if (rings) actions.decline(call.id);
          else actions.hangUp(call.id);
        }}
      >
        <span className="cbtn__face">
          <CallEnd24Filled />
        </span>
        <span className="cbtn__label">
          {together ? (
            <Trans>End for all</Trans>
          ) : rings ? (
            <Trans>Decline</Trans>
          ) : call.state === 'connected' || held ? (
            <Trans>End call</Trans>
          ) : (
            <Trans>Cancel</Trans>
          )}
        </span>
      </button>
    </div>
  );
}

/** Out of the conference, the others talk on. Where they cannot, it says why and does nothing. */
function Leave(props: { readonly refusal: MessageDescriptor | undefined; readonly onLeave: () => void }) {
  const { t } = useLingui();
  const { refusal, onLeave } = props;
  if (refusal === undefined) return <Control icon={<CallEnd24Filled />} label={t`Leave`} onClick={onLeave} />;
  return (
    <Tooltip content={t(refusal)} relationship="description">
      <Control icon={<CallEnd24Filled />} label={t`Leave`} aria-disabled />
    </Tooltip>
  );
}

/** What is used seldom; nothing where a call can do none of it. */
function MoreOfCall(props: {
  readonly call: Call;
  readonly actions: CallActions;
  readonly onPanel: (panel: StagePanel) => void;
}) {
  const { t } = useLingui();
  const { call, actions } = props;
  const wantsPlace = useWantsPlace('calls.parkCode');
  const canPark = call.capabilities.includes('park');
  const canRecord = call.capabilities.includes('record');
  if (!canPark && !canRecord) return null;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Control icon={<MoreHorizontal24Regular />} label={t`More`} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {canRecord && (
            <MenuItem
              onClick={() => {
                actions.record(call.id, !call.recording);
              }}
            >
              {call.recording ? <Trans>Stop recording</Trans> : <Trans>Record the call</Trans>}
            </MenuItem>
          )}
          {canPark && (
            <MenuItem
              onClick={() => {
                if (wantsPlace) props.onPanel('park');
                else void actions.park(call.id);
              }}
            >
              <Trans>Park the call</Trans>
            </MenuItem>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function Control({
  icon,
  label,
  pressed,
  shortcut,
  ref,
  ...rest
}: {
  readonly icon: ReactNode;
  readonly label: string;
  /** Only for a button that stays down. */
  readonly pressed?: boolean;
  readonly shortcut?: string;
  readonly 'aria-disabled'?: true;
  readonly onClick?: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
}) {
  return (
    <button
      {...rest}
      ref={ref}
      type="button"
      className={pressed === true ? 'cbtn is-on' : 'cbtn'}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut}
    >
      <span className="cbtn__face">{icon}</span>
      <span className="cbtn__label">{label}</span>
    </button>
  );
}
