import type { z } from 'zod';
import { calls, callEvents, callTopics } from './calls.ts';
import { chat, chatEvents, chatTopics } from './chat.ts';
import type { CallDeclaration } from './define.ts';
import { media, mediaTopics } from './media.ts';
import { people, peopleTopics } from './people.ts';
import { session, sessionTopics } from './session.ts';
import { system, systemEvents, systemTopics } from './system.ts';

/** The whole contract: this object is the allow-list. A method that is not here does not exist. */
export const contract = {
  calls: { ...session, ...people, ...chat, ...calls, ...media, ...system },
  topics: { ...sessionTopics, ...peopleTopics, ...chatTopics, ...callTopics, ...mediaTopics, ...systemTopics },
  events: { ...chatEvents, ...callEvents, ...systemEvents },
} as const;

export type Contract = typeof contract;
type Calls = Contract['calls'];

type CallNames<Direction extends CallDeclaration['direction']> = {
  [Name in keyof Calls]: Calls[Name]['direction'] extends Direction ? Name : never;
}[keyof Calls];

export type MainCall = CallNames<'toMain'>;
export type RendererCall = CallNames<'toRenderer'>;
export type TopicName = keyof Contract['topics'];
export type EventName = keyof Contract['events'];

export type CallInput<Name extends keyof Calls> = z.output<Calls[Name]['input']>;
export type CallOutput<Name extends keyof Calls> = z.output<Calls[Name]['output']>;
export type TopicSnapshot<Name extends TopicName> = z.output<Contract['topics'][Name]['snapshot']>;
export type EventPayload<Name extends EventName> = z.output<Contract['events'][Name]['payload']>;

/** What main implements: one function a method. Input is validated before it is called. `clientId` names the window. */
export type MainHandlers = {
  readonly [Name in MainCall]: (
    input: CallInput<Name>,
    clientId: string,
  ) => Promise<CallOutput<Name>> | CallOutput<Name>;
};

/** What the window implements. */
export type RendererHandlers = {
  readonly [Name in RendererCall]: (input: CallInput<Name>) => Promise<CallOutput<Name>> | CallOutput<Name>;
};
