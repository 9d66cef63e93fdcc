import { Button } from '@fluentui/react-components';
import { CallEnd20Filled, PersonArrowRight20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Call } from '../../src-shared/model/call.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { stateWords } from './call-text.ts';
import { CallTimer } from './call-timer.tsx';
import type { CallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** Who is in the conference, each with the way out of it. */
export function ConferencePanel(props: { readonly calls: readonly Call[]; readonly actions: CallActions }) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { actions } = props;
  return (
    <ul className="confer" aria-label={t`People in this call`}>
      {props.calls.map((call) => {
        const name = partyName(call);
        return (
          <li key={call.id}>
            <PersonAvatar name={name} jid={call.party.jid} size={40} badge={false} />
            <span className="confer__who">
              <b className="clip" title={name}>
                {name}
              </b>
              <span className="t-cap">
                {t(stateWords(call))} <CallTimer call={call} className="tnum" />
              </span>
            </span>
            {call.capabilities.includes('split') && (
              <Button
                size="small"
                appearance="subtle"
                icon={<PersonArrowRight20Regular />}
                title={t`Take out and put on hold`}
                aria-label={t`Take ${name} out and put on hold`}
                onClick={() => {
                  actions.split(call.id);
                }}
              />
            )}
            <Button
              size="small"
              appearance="subtle"
              className="btn-decline"
              icon={<CallEnd20Filled />}
              title={t`End the call with ${name}`}
              aria-label={t`End the call with ${name}`}
              onClick={() => {
                actions.hangUp(call.id);
              }}
            />
          </li>
        );
      })}
      <li className="confer__hint t-cap">
        <Trans>Everybody hears everybody.</Trans>
      </li>
    </ul>
  );
}
