import { Tab, TabList } from '@fluentui/react-components';
import { Call48Regular, CheckmarkCircle48Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { limits } from '../../src-shared/limits.ts';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { CallStage } from '../calls/call-stage.tsx';
import { DialPadButton } from '../calls/dial-pad.tsx';
import { OnNow } from '../calls/on-now.tsx';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { CallsAwayNote } from '../shell/calls-away-note.tsx';
import { navigate } from '../shell/route.ts';
import { liveCallPrefix } from '../shell/use-follow-calls.ts';
import { EmptyState, LoadingState, QuietState } from '../ui/empty-state.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { RowList } from '../ui/row-list.tsx';
import { useCallerName } from '../ui/caller.ts';
import { combos } from '../ui/shortcuts.ts';
import { useTimeWords } from '../ui/use-time-words.ts';
import { useWindowActive } from '../ui/use-window-active.ts';
import { CallDetail } from './call-detail.tsx';
import { CallKindIcon } from './call-kind-icon.tsx';
import { CallMenuItems } from './call-menu.tsx';
import { callOutcome, callResult, groupCalls } from './call-words.ts';
import type { CallGroup } from './call-words.ts';
import { DeleteCallsDialog } from './delete-calls-dialog.tsx';

/** `item`: id of a call of the history, or `live:` with the id of a running one. */
export function CallsView({ item }: { readonly item: string | undefined }) {
  const live = item?.startsWith(liveCallPrefix) === true ? item.slice(liveCallPrefix.length) : undefined;
  const running = useTopic('calls')?.calls.some((call) => call.id === live) ?? false;
  const record = useTopic('history')?.calls.find((call) => call.id === (live ?? item));
  return (
    <>
      <CallList selected={record?.id} />
      {live !== undefined && running ? (
        <CallStage callId={live} />
      ) : record === undefined ? (
        <section className="detail" data-region="detail" tabIndex={-1}>
          <QuietState>
            <Trans>
              Pick a call to see its details, or press <Kbd combo={combos.search} /> and type a number.
            </Trans>
          </QuietState>
        </section>
      ) : (
        <CallDetail key={record.id} call={record} />
      )}
    </>
  );
}

function CallList({ selected }: { readonly selected: string | undefined }) {
  const { t } = useLingui();
  const history = useTopic('history');
  const placeCall = usePlaceCall();
  const words = useTimeWords();
  const nameOf = useCallerName();
  const [filter, setFilter] = useState<'all' | 'missed'>('all');
  const [deleting, setDeleting] = useState<CallGroup>();
  useMarkSeen(history?.missedUnseen ?? 0);

  const all = history?.calls ?? [];
  const groups = groupCalls(filter === 'all' ? all : all.filter((call) => call.missed));
  const callBack = (group: CallGroup) => {
    if (!hidesNumber(group.newest)) placeCall(group.newest.e164 ?? group.newest.number, group.newest.name);
  };

  return (
    <section className="list" aria-label={t`Call history`} data-region="list">
      <div className="list__head">
        <h1>
          <Trans>Calls</Trans>
        </h1>
        <DialPadButton />
      </div>
      <CallsAwayNote place="list" />
      <OnNow />
      <TabList
        size="small"
        className="list__tabs"
        selectedValue={filter}
        onTabSelect={(_event, data) => {
          setFilter(data.value === 'missed' ? 'missed' : 'all');
        }}
      >
        <Tab value="all">
          <Trans>All</Trans>
        </Tab>
        <Tab value="missed">
          <Trans>Missed</Trans>
          {history !== undefined && history.missedUnseen > 0 && (
            <span className="tabcount">{history.missedUnseen}</span>
          )}
        </Tab>
      </TabList>
      {history === undefined ? (
        <LoadingState />
      ) : groups.length === 0 ? (
        filter === 'missed' ? (
          <EmptyState icon={<CheckmarkCircle48Regular />} title={<Trans>You have not missed anything</Trans>}>
            <Trans>Missed calls stay here until you clear them.</Trans>
          </EmptyState>
        ) : (
          <EmptyState icon={<Call48Regular />} title={<Trans>No calls yet</Trans>}>
            <Trans>Calls you make and receive are listed here, the newest {limits.historyRowsPerTab} of them.</Trans>
          </EmptyState>
        )
      ) : (
        <div className="list__scroll">
          <RowList
            label={t`Calls`}
            rows={groups}
            keyOf={(group) => group.newest.id}
            nameOf={(group) => nameOf(group.newest)}
            groupOf={(group) => words.day(group.newest.startedAtMs)}
            selectedKey={selected}
            rowClass={() => 'hrow'}
            onOpen={(group) => {
              navigate({ section: 'calls', item: group.newest.id });
            }}
            onCall={callBack}
            menuOf={(group) => (
              <CallMenuItems
                call={group.newest}
                onDelete={() => {
                  setDeleting(group);
                }}
              />
            )}
            render={(group) => <CallRow group={group} />}
          />
          {all.length >= limits.historyRowsPerTab && (
            <p className="list__foot">
              <Trans>The {limits.historyRowsPerTab} newest calls are kept on this computer.</Trans>
            </p>
          )}
        </div>
      )}
      {deleting !== undefined && (
        <DeleteCallsDialog
          group={deleting}
          onClose={() => {
            setDeleting(undefined);
          }}
        />
      )}
    </section>
  );
}

function CallRow({ group }: { readonly group: CallGroup }) {
  const { t } = useLingui();
  const words = useTimeWords();
  const call: CallRecord = group.newest;
  const result = callResult(call, words, t);
  const name = useCallerName()(call);
  const isPlain = result === '' || (call.missed && call.endReason !== 'mediaFailed');
  return (
    <>
      <PersonAvatar name={name} jid={call.jid} size={36} />
      <div className="convo__text">
        <div className={call.missed ? 'clip c-danger t-strong' : 'clip'} title={name}>
          {call.name ?? <span className="tnum">{name}</span>}
          {group.count > 1 && ` (${String(group.count)})`}
        </div>
        <div className="hrow__sub">
          <CallKindIcon outcome={callOutcome(call)} />
          <span className="clip tnum">
            {isPlain ? (call.name === undefined || hidesNumber(call) ? '' : call.number) : result}
          </span>
        </div>
      </div>
      <time className="t-cap tnum" dateTime={new Date(call.startedAtMs).toISOString()}>
        {words.time(call.startedAtMs)}
      </time>
    </>
  );
}

/** A missed call counts as seen once the list was in front of a person for a moment. */
function useMarkSeen(unseen: number): void {
  const call = useCall();
  const active = useWindowActive();
  useEffect(() => {
    if (!active || unseen === 0) return undefined;
    const timer = window.setTimeout(() => {
      call('history.markSeen', null).catch(() => undefined);
    }, seenAfterMs);
    return () => {
      window.clearTimeout(timer);
    };
  }, [active, call, unseen]);
}

/** Milliseconds: long enough to read the first rows. */
const seenAfterMs = 1_500;
