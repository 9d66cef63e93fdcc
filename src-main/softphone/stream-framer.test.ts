import { describe, expect, test } from 'vitest';
import { signallingLimits } from './signalling-limits.ts';
import { StreamFramer } from './stream-framer.ts';
import type { Frame } from './stream-framer.ts';

function message(body: string, lengthHeader = `Content-Length: ${Buffer.byteLength(body)}`): string {
  return `MESSAGE sip:bob@example.com SIP/2.0\r\nCall-ID: 1\r\n${lengthHeader}\r\n\r\n${body}`;
}

function framesOf(...chunks: readonly string[]): readonly Frame[] {
  const framer = new StreamFramer();
  return chunks.flatMap((chunk) => framer.push(Buffer.from(chunk, 'utf8')));
}

describe('a stream', () => {
  test('is cut into messages wherever the network cut it', () => {
    const stream = Buffer.from(message('grüße') + message('') + message('z'), 'utf8');
    for (let size = 1; size < stream.length; size += 1) {
      const framer = new StreamFramer();
      const frames: Frame[] = [];
      for (let at = 0; at < stream.length; at += size) frames.push(...framer.push(stream.subarray(at, at + size)));
      expect(frames).toEqual([message('grüße'), message(''), message('z')].map((text) => ({ kind: 'message', text })));
    }
  });

  test('takes the compact and oddly spaced Content-Length', () => {
    expect(framesOf(message('ab', 'l : 2'))).toHaveLength(1);
    expect(framesOf(message('ab', 'CONTENT-LENGTH:2'))).toHaveLength(1);
  });

  test('tells a keep-alive from the answer to our own (RFC 5626)', () => {
    expect(framesOf('\r\n\r\n')).toEqual([{ kind: 'ping' }]);
    expect(framesOf('\r\n')).toEqual([{ kind: 'pong' }]);
    expect(framesOf(`\r\n${message('')}`)).toEqual([{ kind: 'pong' }, { kind: 'message', text: message('') }]);
  });

  test.each(['Content-Length: -1', 'Content-Length: 12x', 'Content-Length: 9999999999'])(
    'is broken by %s, and stays so',
    (header) => {
      const frames = framesOf(message('', header), message(''));
      expect(frames).toEqual([{ kind: 'broken', why: 'bad Content-Length' }]);
    },
  );

  test('is broken by a header or body that is too long, before it is all there', () => {
    expect(framesOf('x'.repeat(signallingLimits.headerBytes + 1))).toMatchObject([{ kind: 'broken' }]);
    expect(framesOf(message('', `Content-Length: ${signallingLimits.bodyBytes + 1}`))).toMatchObject([
      { kind: 'broken' },
    ]);
  });
});
