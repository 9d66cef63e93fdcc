import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { CameraPreview } from '../media/camera-preview.ts';
import { cameraWords } from '../media/camera-words.ts';
import { pickDevice } from '../media/device-ranking.ts';
import { useCameras } from '../media/use-cameras.ts';
import { entriesOf } from './list-text.ts';
import { RankedDevices } from './ranked-devices.tsx';
import { Row } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

const camerasKey = 'devices.cameras';

/** Which camera is used, and a look at its picture. Nothing of it leaves this computer. */
export function CameraPanel() {
  const { t } = useLingui();
  const { present, read } = useCameras();
  const [preview] = useState(() => new CameraPreview(read));
  const view = useSyncExternalStore(
    (listener) => preview.onChanged(listener),
    () => preview.view,
  );
  const ranking = entriesOf(useSetting(camerasKey).state?.value);
  const deviceId = pickDevice(ranking, present)?.id ?? '';
  useEffect(() => {
    preview.choose(deviceId);
  }, [preview, deviceId]);
  useEffect(() => {
    const stop = (): void => {
      preview.stop();
    };
    // The camera's light must not outlive the page, not even in the page cache.
    window.addEventListener('pagehide', stop);
    return () => {
      window.removeEventListener('pagehide', stop);
      stop();
    };
  }, [preview]);
  const shown = view.state === 'on' || view.state === 'opening';
  return (
    <div className="panel rows">
      <RankedDevices name={camerasKey} present={present} systemOne="" />
      <Row
        label={t`Preview`}
        hint={
          view.state === 'opening'
            ? t`Opening the camera…`
            : present.some((camera) => camera.name !== '')
              ? t`Only you see it.`
              : t`Only you see it. The system names cameras once Parley may use one.`
        }
        error={view.state === 'failed' ? cameraWords(view.problem) : undefined}
      >
        <Button
          onClick={() => {
            if (shown) preview.stop();
            else preview.start();
          }}
        >
          {shown ? <Trans>Stop preview</Trans> : <Trans>Show preview</Trans>}
        </Button>
      </Row>
      {view.state === 'on' && (
        <div className="srow campreview">
          <video
            autoPlay
            muted
            playsInline
            aria-label={t`Picture of your camera`}
            ref={(video) => {
              if (video !== null && video.srcObject !== view.stream) video.srcObject = view.stream;
            }}
          />
        </div>
      )}
    </div>
  );
}
