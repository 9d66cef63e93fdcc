import { i18n } from '@lingui/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CameraPreview } from './camera-preview.ts';
import { cameraWords } from './camera-words.ts';
import { cameraList } from './use-cameras.ts';

i18n.loadAndActivate({ locale: 'en', messages: {} });

class FakeTrack extends EventTarget {
  isLive = true;
  stop(): void {
    this.isLive = false;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the preview of the camera', () => {
  /** What was asked for, and each track that was given. */
  let asked: unknown[];
  let tracks: FakeTrack[];
  let refuses: (wanted: unknown) => string | undefined;
  let opened: () => void;
  let preview: CameraPreview;

  beforeEach(() => {
    asked = [];
    tracks = [];
    refuses = () => undefined;
    opened = vi.fn();
    vi.stubGlobal('navigator', {
      mediaDevices: {
        getUserMedia: ({ video }: MediaStreamConstraints) => {
          asked.push(video);
          const error = refuses(video);
          if (error !== undefined) return Promise.reject(new DOMException('refused', error));
          const track = new FakeTrack();
          tracks.push(track);
          return Promise.resolve({ getTracks: () => [track], getVideoTracks: () => [track] });
        },
      },
    });
    preview = new CameraPreview(opened);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('is open only while it is shown, also when it is stopped while the person is asked', async () => {
    preview.start();
    await settled();
    expect(preview.view.state).toBe('on');
    expect(opened).toHaveBeenCalledOnce();
    preview.stop();
    expect(tracks[0]?.isLive).toBe(false);
    preview.start();
    preview.stop();
    await settled();
    expect(preview.view.state).toBe('off');
    expect(tracks.map(({ isLive }) => isLive)).toEqual([false, false]);
  });

  test('follows the choice at once, and only while it is shown', async () => {
    preview.choose('a');
    expect(asked).toEqual([]);
    preview.start();
    await settled();
    preview.choose('b');
    await settled();
    expect(asked).toEqual([{ deviceId: { exact: 'a' } }, { deviceId: { exact: 'b' } }]);
    expect(tracks.map(({ isLive }) => isLive)).toEqual([false, true]);
  });

  test('takes any other camera when the chosen one is unplugged', async () => {
    preview.choose('a');
    preview.start();
    await settled();
    refuses = (wanted) => (wanted === true ? undefined : 'OverconstrainedError');
    tracks[0]?.dispatchEvent(new Event('ended'));
    await settled();
    expect(preview.view.state).toBe('on');
    expect(asked.at(-1)).toBe(true);
  });

  test.each([
    ['NotAllowedError', 'Parley may not use your camera.'],
    ['NotFoundError', 'No camera was found.'],
    ['NotReadableError', 'used by another program'],
  ])('%s is said, with what to do', async (error, words) => {
    refuses = () => error;
    preview.start();
    await settled();
    const { view } = preview;
    expect(view.state === 'failed' && cameraWords(view.problem)).toContain(words);
    refuses = () => undefined;
    preview.start();
    await settled();
    expect(preview.view.state).toBe('on');
  });
});

test('cameras are listed by their names, without the USB ids behind them', () => {
  const found = [
    { kind: 'audioinput', deviceId: 'x', label: 'Microphone' },
    { kind: 'videoinput', deviceId: 'y', label: 'HD Webcam (046d:0825)' },
    { kind: 'videoinput', deviceId: '', label: '' },
  ] as const;
  expect(cameraList(found)).toEqual([{ id: 'y', name: 'HD Webcam' }]);
});
