import { describe, expect, test } from 'vitest';
import { wantsAnswer } from './auto-answer.ts';

describe('a caller who wants to be answered', () => {
  test.each([
    [{ 'answer-mode': 'Auto' }, true],
    [{ 'answer-mode': 'Manual' }, false],
    [{ 'call-info': '<sip:example.com>;answer-after=0' }, true],
    [{ 'alert-info': '<http://127.0.0.1>;info=alert-autoanswer;delay=0' }, true],
    [{ 'alert-info': 'info=Auto Answer' }, true],
    [{ 'alert-info': '<http://example.com/ring.wav>' }, false],
    [{}, false],
  ])('%j: %s', (headers: Readonly<Record<string, string>>, expected) => {
    expect(wantsAnswer((name) => headers[name])).toBe(expected);
  });
});
