import { describe, expect, test } from 'vitest';
import { limits } from '../../src-shared/limits.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { InboundPipeline, NotStoredError, inboundSteps } from './inbound-pipeline.ts';
import type { InboundPorts } from './inbound-pipeline.ts';
import type { InboundMessage } from './message-stanza.ts';

function message(body: string, changes: Partial<InboundMessage> = {}): InboundMessage {
  return {
    peer: 'bob@example.com',
    direction: 'in',
    body,
    stampMs: undefined,
    archiveId: undefined,
    originKey: undefined,
    source: 'live',
    receiptTo: undefined,
    ...changes,
  };
}

/** A pipeline that notes what each step does, in order. */
function notedPipeline(changes: Partial<InboundPorts> = {}) {
  const notes: string[] = [];
  const stored: ChatMessage[] = [];
  const clock = { nowMs: 1_000_000 };
  const note = (what: string) => (messages: readonly { body: string }[]) => {
    notes.push(`${what} ${messages.map(({ body }) => body).join(',')}`);
  };
  const pipeline = new InboundPipeline({
    now: () => clock.nowMs,
    ports: {
      confirm: () => undefined,
      isKnown: () => false,
      addAll: (messages) => {
        const added = messages.map(({ peer, direction, body, sentAtMs }, index): ChatMessage => ({
          ...{ id: `${stored.length + index}`, peer, direction, body, sentAtMs, state: 'received' },
        }));
        stored.push(...added);
        note('store')(messages);
        return added;
      },
      archive: note('archive'),
      acknowledge: note('acknowledge'),
      publish: note('publish'),
      ...changes,
    },
  });
  return { pipeline, notes, stored, clock };
}

test('a message is stored before it is archived, acknowledged and shown', () => {
  const { pipeline, notes } = notedPipeline();
  pipeline.push(message('a'), true);
  pipeline.push(message('b'), true);
  expect(notes).toEqual([]);
  pipeline.flush();
  expect(notes).toEqual(['store a,b', 'archive a,b', 'acknowledge a,b', 'publish a,b']);
  pipeline.flush();
  expect(notes).toHaveLength(4);
});

test('the steps stand in one visible list', () => {
  const ports = { confirm: () => undefined, isKnown: () => false, addAll: () => [] };
  const nothing = (): void => undefined;
  const steps = inboundSteps({ ...ports, archive: nothing, acknowledge: nothing, publish: nothing });
  expect(steps.map(({ name }) => name)).toEqual(['confirm', 'dedupe', 'store', 'archive', 'acknowledge', 'publish']);
});

describe('a message that is here already', () => {
  test('goes no further', () => {
    const { pipeline, notes } = notedPipeline({ isKnown: ({ archiveId }) => archiveId === 'old' });
    pipeline.push(message('old', { archiveId: 'old' }), true);
    pipeline.push(message('new', { archiveId: 'new' }), true);
    pipeline.flush();
    expect(notes[0]).toBe('store new');
  });

  test('is noticed within one batch, too', () => {
    const { pipeline, notes } = notedPipeline();
    for (const archiveId of ['1', '1', '2']) pipeline.push(message(archiveId, { archiveId }), true);
    for (const originKey of ['o:1', 'o:1', 'o:2']) pipeline.push(message(originKey, { originKey }), true);
    pipeline.push(message('other direction', { originKey: 'o:1', direction: 'out' }), true);
    pipeline.flush();
    expect(notes[0]).toBe('store 1,2,o:1,o:2,other direction');
  });
});

test('a message of ours that was in doubt is shown as sent and not stored again', () => {
  const own: ChatMessage = { id: 'm1', peer: 'b', direction: 'out', body: 'mine', sentAtMs: 1, state: 'sent' };
  const { pipeline, notes } = notedPipeline({ confirm: ({ body }) => (body === 'mine' ? own : undefined) });
  pipeline.push(message('mine', { direction: 'out', source: 'archive' }), true);
  pipeline.flush();
  expect(notes.filter((note) => note.includes('mine'))).toEqual(['archive mine', 'publish mine']);
});

test('a full batch does not wait for the end of the slice', () => {
  const { pipeline, stored } = notedPipeline();
  for (let index = 0; index < limits.transactionRows; index += 1) pipeline.push(message(`${index}`), true);
  expect(stored).toHaveLength(limits.transactionRows);
});

test('when nothing can be stored, nothing is shown, and the batch is the server’s again', () => {
  let isFull = true;
  const { pipeline, notes } = notedPipeline({
    addAll: () => {
      if (isFull) throw new Error('disk full');
      return [];
    },
  });
  pipeline.push(message('a'), true);
  expect(() => {
    pipeline.flush();
  }).toThrow(NotStoredError);
  isFull = false;
  pipeline.flush();
  expect(notes).toEqual([]);
});

describe('the time of a message', () => {
  function timesOf(given: readonly (readonly [nowMs: number, changes: Partial<InboundMessage>])[]): readonly number[] {
    const { pipeline, stored, clock } = notedPipeline();
    for (const [nowMs, changes] of given) {
      clock.nowMs = nowMs;
      pipeline.push(message('x', changes), true);
      pipeline.flush();
    }
    return stored.map(({ sentAtMs }) => sentAtMs);
  }

  test('is now, or what the server stamped', () => {
    expect(
      timesOf([
        [5_000, {}],
        [6_000, { stampMs: 5_500 }],
      ]),
    ).toEqual([5_000, 5_500]);
  });

  test('is never in the future', () => {
    expect(timesOf([[5_000, { stampMs: 900_000 }]])).toEqual([5_000]);
  });

  test('keeps the order of messages that the server stamped with one second', () => {
    const second = { stampMs: 3_000 };
    expect(
      timesOf([
        [9_000, second],
        [9_000, second],
        [9_000, second],
      ]),
    ).toEqual([3_000, 3_001, 3_002]);
  });

  test('keeps the order of what is sent again after a resumption, by a clock behind ours', () => {
    expect(
      timesOf([
        [5_200, {}],
        [5_300, { stampMs: 4_000 }],
        [5_300, { stampMs: 4_000 }],
      ]),
    ).toEqual([5_200, 5_201, 5_202]);
  });

  test('of the archive is what it was, also beside newer live messages', () => {
    expect(
      timesOf([
        [5_200, {}],
        [5_300, { stampMs: 4_000, source: 'archive' }],
      ]),
    ).toEqual([5_200, 4_000]);
  });
});
