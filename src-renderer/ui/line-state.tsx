import {
  Call16Filled,
  Call16Regular,
  CallInbound16Regular,
  CallPark16Regular,
  CallProhibited16Regular,
} from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { LineState } from '../../src-shared/model/line-state.ts';
import { useTopic } from '../bridge/client-context.tsx';

/** What a colleague's phone does, in words. Translate with `t(lineLabel[state])`. */
export const lineLabel: Readonly<Record<LineState, MessageDescriptor>> = {
  idle: msg`Phone is free`,
  ringing: msg`Phone is ringing`,
  inUse: msg`On a call`,
  held: msg`On a call, on hold`,
  unknown: msg`Phone state not known`,
};

const icons: Readonly<Record<LineState, ReactNode>> = {
  idle: <Call16Regular aria-hidden />,
  ringing: <CallInbound16Regular aria-hidden />,
  inUse: <Call16Filled aria-hidden />,
  held: <CallPark16Regular aria-hidden />,
  unknown: <CallProhibited16Regular aria-hidden />,
};

/** The phone of a contact as the phone server tells it; undefined for somebody whose phone is not watched. */
export function useLineState(jid: string | undefined): LineState | undefined {
  return useTopic('lineStates')?.lines.find((line) => line.jid === jid)?.state;
}

/** Icon and words, so that the state is told without colour. */
export function LineStateLabel({ state }: { readonly state: LineState }) {
  const { t } = useLingui();
  return (
    <span className={`linestate linestate--${state}`} data-line={state}>
      {icons[state]}
      <span>{t(lineLabel[state])}</span>
    </span>
  );
}
