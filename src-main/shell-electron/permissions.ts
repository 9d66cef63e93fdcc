import { session, systemPreferences } from 'electron';
import { isOwnUrl } from './origin.ts';

/** What our own page may use. Everything else is refused, and other pages get nothing at all. */
const allowed: readonly string[] = [
  'media',
  'notifications',
  'display-capture',
  'fullscreen',
  'speaker-selection',
  'clipboard-sanitized-write',
];

/** Guards microphone, camera, notifications and devices of the one session that windows use. */
export function guardPermissions(platform: NodeJS.Platform): void {
  const guarded = session.defaultSession;
  guarded.setPermissionRequestHandler((_contents, permission, callback, details) => {
    if (!allowed.includes(permission) || !isOwnUrl(details.requestingUrl) || !details.isMainFrame) {
      callback(false);
      return;
    }
    if (permission !== 'media' || platform !== 'darwin') {
      callback(true);
      return;
    }
    const kinds = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    askMacOs(kinds).then(callback, () => {
      callback(false);
    });
  });
  guarded.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) => allowed.includes(permission) && isOwnUrl(requestingOrigin),
  );
  // USB, HID, serial: nothing of ours uses them.
  guarded.setDevicePermissionHandler(() => false);
}

/** macOS asks the person once for each kind; until it was asked, devices are silent. */
async function askMacOs(kinds: readonly string[]): Promise<boolean> {
  for (const kind of kinds) {
    const asked = kind === 'video' ? 'camera' : 'microphone';
    if (!(await systemPreferences.askForMediaAccess(asked))) return false;
  }
  return true;
}
