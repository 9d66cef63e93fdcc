import { describe, expect, test } from 'vitest';
import type { Health } from '../../src-shared/contract/system.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { HealthBoard } from './health-board.ts';
import { silentLogger } from './log.ts';

describe('the health board', () => {
  function makeBoard(): { board: HealthBoard; hub: TopicHub; logged: string[] } {
    const hub = new TopicHub();
    const logged: string[] = [];
    const log = {
      ...silentLogger,
      info: (message: string) => logged.push(message),
      warn: (message: string) => logged.push(`warn ${message}`),
    };
    const board = new HealthBoard({ hub, log, redact: (text) => text.replaceAll('s3cret', '*') });
    return { board, hub, logged };
  }

  test('knows every service from the start: off', () => {
    const { hub } = makeBoard();
    const health = hub.current('health').snapshot as Health;
    expect(health.services.map((one) => `${one.service} ${one.state}`)).toEqual([
      'chat off',
      'phone off',
      'directory off',
      'voicemail off',
      'mediaGateway off',
      'store off',
      'archive off',
    ]);
  });

  test('publishes a change once, logs a change of state, and takes secrets out', () => {
    const { board, hub, logged } = makeBoard();
    board.report({ service: 'chat', state: 'failed', message: 'wrong s3cret', detail: 'got s3cret' });
    const revision = hub.revision('health');
    board.report({ service: 'chat', state: 'failed', message: 'wrong s3cret', detail: 'got s3cret' });
    expect(hub.revision('health')).toBe(revision);
    expect(board.of('chat')).toEqual({ service: 'chat', state: 'failed', message: 'wrong *', detail: 'got *' });
    board.report({ service: 'chat', state: 'failed', message: 'other words' });
    expect(hub.revision('health')).toBe(revision + 1);
    expect(logged).toEqual(['warn chat is failed']);
  });
});
