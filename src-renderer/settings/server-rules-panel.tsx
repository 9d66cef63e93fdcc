import { Button } from '@fluentui/react-components';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { CallRule, ServerRule } from '../../src-shared/contract/calls.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { Row } from './setting-row.tsx';

const names: Readonly<Record<CallRule, MessageDescriptor>> = {
  doNotDisturb: msg`Refuse calls, at the phone server`,
  always: msg`Every call, at the phone server`,
  busy: msg`Calls while you are busy, at the phone server`,
  noAnswer: msg`Calls that you do not answer, at the phone server`,
};

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** What the phone server said to the rules that it keeps; nothing where it keeps none. */
export function ServerRulesPanel() {
  const rules = useTopic('calls')?.serverRules ?? [];
  if (rules.length === 0) return null;
  return (
    <div className="panel rows set__first" role="status">
      {rules.map((rule) => (
        <OneRule key={rule.rule} rule={rule} />
      ))}
    </div>
  );
}

function OneRule({ rule }: { readonly rule: ServerRule }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const { state, target, message = '', atMs } = rule;
  const time = atMs === undefined ? '' : clock.format(atMs);
  const words = (): string => {
    switch (state) {
      case 'asking':
        return t`The phone server is being told.`;
      case 'unknown':
        return t`The phone server was told earlier. Parley cannot see whether it still does it.`;
      case 'refused':
        return target === undefined
          ? t`${message} It may still do what it did before.`
          : t`${message} Parley does it itself, while it runs.`;
      case 'done':
        return target === '' || target === undefined
          ? t`On since ${time}, as the phone server confirmed.`
          : t`They go to ${target} since ${time}, as the phone server confirmed.`;
    }
  };
  return (
    <Row label={t(names[rule.rule])} hint={words()} error={action.error}>
      {state !== 'asking' && (
        <Button onClick={() => void action.run(() => call('calls.tellServer', { rule: rule.rule }))}>
          <Trans>Tell it again</Trans>
        </Button>
      )}
    </Row>
  );
}
