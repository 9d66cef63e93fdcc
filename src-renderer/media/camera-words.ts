import { t } from '@lingui/core/macro';
import type { CameraProblem } from './camera-preview.ts';

/** What happened and what the person can do. */
export function cameraWords(problem: CameraProblem): string {
  switch (problem) {
    case 'denied':
      return t`Parley may not use your camera. Allow the camera for Parley in the settings of this computer or browser, then show the preview again.`;
    case 'missing':
      return t`No camera was found. Plug one in, then show the preview again.`;
    case 'busy':
      return t`Your camera is used by another program. Close that program or choose another camera, then show the preview again.`;
  }
}
