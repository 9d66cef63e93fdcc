import { Button } from '@fluentui/react-components';
import {
  CallForward16Regular,
  CallProhibited16Regular,
  Dismiss16Regular,
  LockClosed12Filled,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { useAction } from '../ui/use-action.ts';
import { callsAway } from './calls-away.ts';
import { focusList, focusOwnPresence } from './focus-detail.ts';

/** Says that no call rings here and where calls go instead, with the way back; nothing while they ring. */
export function CallsAwayNote({ place }: { readonly place: 'topbar' | 'list' }) {
  const { t } = useLingui();
  const call = useCall();
  const announce = useAnnounce();
  const action = useAction();
  const list = useTopic('calls');
  const settings = useTopic('settings')?.settings ?? [];
  const away = callsAway(list, settings);
  if (away === undefined) return null;
  const { target, key, off, locked, more } = away;
  const words = action.error ?? (target === undefined ? t`Calls are refused` : t`Calls go to ${target}`);
  const inList = place === 'list';
  const switchOff = () => {
    if (action.busy) return;
    void action
      .run(() => call('settings.set', { key, value: off }))
      .then((done) => {
        // By another rule they do not ring yet: the note says so, and stays.
        if (!done || more) return;
        announce(t`Calls ring here again.`);
        if (inList) focusList();
        else focusOwnPresence();
      });
  };
  return (
    // One of the two speaks to a screen reader: both say the same.
    <div className={`away away--${place}`} {...(inList ? {} : { role: 'status' })}>
      {target === undefined ? <CallProhibited16Regular aria-hidden /> : <CallForward16Regular aria-hidden />}
      <span className="away__text clip" title={words}>
        {words}
      </span>
      {locked ? (
        <span className="away__locked" title={t`Set by your organization`}>
          <LockClosed12Filled aria-hidden />
          <span className={inList ? undefined : 'sr-only'}>
            <Trans>Set by your organization</Trans>
          </span>
        </span>
      ) : inList ? (
        <Button size="small" disabledFocusable={action.busy} onClick={switchOff}>
          <Trans>Take calls here</Trans>
        </Button>
      ) : (
        <Button
          size="small"
          appearance="transparent"
          icon={<Dismiss16Regular />}
          aria-label={t`Take calls here`}
          title={t`Take calls here`}
          disabledFocusable={action.busy}
          onClick={switchOff}
        />
      )}
    </div>
  );
}
