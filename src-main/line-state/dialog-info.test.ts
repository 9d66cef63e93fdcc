import { describe, expect, test } from 'vitest';
import { WatchedLine, parseDialogInfo } from './dialog-info.ts';
import { parseMessageSummary } from './message-summary.ts';

function document(version: number, state: string, dialogs: string): string {
  return `<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${String(version)}" state="${state}" entity="sip:bob@example.com">${dialogs}</dialog-info>`;
}

function dialog(id: string, state: string, more = '', inner = ''): string {
  return `<dialog id="${id}" ${more}><state>${state}</state>${inner}</dialog>`;
}

function heldBy(end: 'local' | 'remote', pval = 'no'): string {
  return `<${end}><target uri="sip:x@example.com"><param pname="+sip.rendering" pval="${pval}"/></target></${end}>`;
}

/** The state after these documents in order. */
function stateAfter(...documents: readonly string[]): string {
  const line = new WatchedLine();
  for (const text of documents) {
    const info = parseDialogInfo(text);
    if (info === undefined) throw new Error(`not read: ${text}`);
    line.apply(info);
  }
  return line.state;
}

describe('a line', () => {
  test.each([
    ['no dialog', 'idle', ''],
    ['a terminated one', 'idle', dialog('1', 'terminated')],
    ['an early one towards it', 'ringing', dialog('1', 'early', 'direction="recipient"')],
    ['an early one of no direction', 'ringing', dialog('1', 'early')],
    ['an early one of its own', 'inUse', dialog('1', 'early', 'direction="initiator"')],
    ['a trying one of its own', 'inUse', dialog('1', 'trying', 'direction="initiator"')],
    ['a confirmed one', 'inUse', dialog('1', 'confirmed')],
    ['a confirmed one that it holds', 'held', dialog('1', 'confirmed', '', heldBy('local'))],
    ['a quoted value', 'held', dialog('1', 'confirmed', '', heldBy('local', '&quot;no&quot;'))],
    ['a confirmed one that the far end holds', 'inUse', dialog('1', 'confirmed', '', heldBy('remote'))],
    ['a confirmed one that it plays', 'inUse', dialog('1', 'confirmed', '', heldBy('local', 'yes'))],
    ['one held and one talked on', 'inUse', dialog('1', 'confirmed', '', heldBy('local')) + dialog('2', 'confirmed')],
    ['a second call that rings', 'inUse', dialog('1', 'confirmed') + dialog('2', 'early', 'direction="recipient"')],
  ])('with %s is %s', (_what, state, dialogs) => {
    expect(stateAfter(document(0, 'full', dialogs))).toBe(state);
  });

  test('that nothing was told of is unknown, not idle', () => {
    expect(new WatchedLine().state).toBe('unknown');
    const line = new WatchedLine();
    line.apply({ version: 3, isFull: true, dialogs: [] });
    expect(line.state).toBe('idle');
    line.reset();
    expect(line.state).toBe('unknown');
  });

  test('keeps the dialogs that a partial document does not name', () => {
    const two = document(0, 'full', dialog('1', 'confirmed') + dialog('2', 'early', 'direction="recipient"'));
    expect(stateAfter(two, document(1, 'partial', dialog('1', 'terminated')))).toBe('ringing');
    expect(stateAfter(two, document(1, 'partial', dialog('1', 'terminated') + dialog('2', 'terminated')))).toBe('idle');
    expect(stateAfter(two, document(1, 'full', ''))).toBe('idle');
  });

  test('does not go back to an older document', () => {
    expect(stateAfter(document(5, 'full', dialog('1', 'confirmed')), document(4, 'full', ''))).toBe('inUse');
    expect(stateAfter(document(5, 'full', dialog('1', 'confirmed')), document(5, 'full', ''))).toBe('inUse');
  });

  test('is read anew when the server counts from nothing', () => {
    expect(stateAfter(document(5, 'full', dialog('1', 'confirmed')), document(0, 'full', ''))).toBe('idle');
  });

  test('notices that a document was lost', () => {
    const line = new WatchedLine();
    expect(line.apply({ version: 0, isFull: false, dialogs: [] })).toBe('missed');
    expect(line.apply({ version: 1, isFull: true, dialogs: [] })).toBe('taken');
    expect(line.apply({ version: 3, isFull: false, dialogs: [] })).toBe('missed');
    expect(line.state).toBe('idle');
  });
});

describe('a call that rings can be taken', () => {
  const ids = 'call-id="abc@192.0.2.1" local-tag="watched" remote-tag="caller" direction="recipient"';
  const from = (identity: string): string => `<remote><identity display="Dave D.">${identity}</identity></remote>`;
  const ringing = (dialogs: string) => {
    const line = new WatchedLine();
    const info = parseDialogInfo(document(0, 'full', dialogs));
    if (info === undefined) throw new Error('not read');
    line.apply(info);
    return line.ringing;
  };

  test('by the ids that the caller knows it by', () => {
    expect(ringing(dialog('1', 'early', ids, from('sip:dave@example.com')))).toEqual({
      address: 'sip:dave@example.com',
      name: 'Dave D.',
      reference: 'abc@192.0.2.1;to-tag=caller;from-tag=watched;early-only',
    });
  });

  test.each([
    ['that was answered', 'confirmed', ids, 'sip:dave@example.com'],
    ['that the watched one placed', 'early', ids.replace('recipient', 'initiator'), 'sip:dave@example.com'],
    ['without a tag', 'early', ids.replace('remote-tag="caller"', ''), 'sip:dave@example.com'],
    ['of a caller without an address', 'early', ids, 'anonymous'],
    ['whose id would make another header', 'early', ids.replace('abc', 'a;b'), 'sip:dave@example.com'],
    ['whose address would', 'early', ids, 'sip:dave@example.com?Replaces=x'],
  ])('not one %s', (_what, state, more, identity) => {
    expect(ringing(dialog('1', state, more, from(identity)))).toBeUndefined();
  });
});

test('prefixes do not matter', () => {
  const xml =
    '<di:dialog-info xmlns:di="urn:ietf:params:xml:ns:dialog-info" version="1" state="full"><di:dialog id="a"><di:state>confirmed</di:state></di:dialog></di:dialog-info>';
  expect(stateAfter(xml)).toBe('inUse');
});

test.each([
  '',
  'idle',
  '<dialog-info',
  '<presence version="1" state="full"/>',
  '<dialog-info state="full"/>',
  '<dialog-info version="-1" state="full"/>',
  '<dialog-info version="x" state="full"/>',
  '<!DOCTYPE x [<!ENTITY a "b">]><dialog-info version="1" state="full"/>',
  '<dialog-info version="1" state="full"></wrong>',
])('%s is no line state', (xml) => {
  expect(parseDialogInfo(xml)).toBeUndefined();
});

test('dialogs without id or with a state that does not exist are left out', () => {
  const xml = document(
    1,
    'full',
    `${dialog('', 'confirmed')}<dialog><state>early</state></dialog>${dialog('2', 'flying')}`,
  );
  expect(parseDialogInfo(xml)?.dialogs).toEqual([]);
});

describe('waiting messages', () => {
  test.each([
    [
      'Messages-Waiting: yes\r\nMessage-Account: sip:*98@example.com\r\nVoice-Message: 2/8 (0/2)\r\n',
      { waiting: true, newCount: 2, oldCount: 8 },
    ],
    ['messages-waiting:no\nvoice-message:0/3', { waiting: false, newCount: 0, oldCount: 3 }],
    ['Messages-Waiting: yes\r\n', { waiting: true }],
    ['Messages-Waiting: yes\r\nVoice-Message: many', { waiting: true }],
  ])('%j', (body, waiting) => {
    expect(parseMessageSummary(body)).toEqual(waiting);
  });

  test.each(['', 'Voice-Message: 1/0', 'Messages-Waiting: perhaps', '<xml/>'])('%j tells nothing', (body) => {
    expect(parseMessageSummary(body)).toBeUndefined();
  });
});
