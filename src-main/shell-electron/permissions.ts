import { session, systemPreferences } from 'electron';
import type { DevicePermissionHandlerHandlerDetails } from 'electron';
import { isOwnUrl } from './origin.ts';

/** What our own page may use. Everything else is refused, and other pages get nothing at all. */
const allowed: readonly string[] = [
  'media',
  'notifications',
  'display-capture',
  'fullscreen',
  'speaker-selection',
  'clipboard-sanitized-write',
  'hid',
];

/** HID usage page of telephones (HID Usage Tables 1.5 section 14): headsets with call buttons. */
const telephonyPage = 0x0b;

/** Of all devices only headsets, for their buttons and lamps; never a keyboard, USB or serial device. */
function isHeadset({ deviceType, device }: DevicePermissionHandlerHandlerDetails): boolean {
  return (
    deviceType === 'hid' &&
    'collections' in device &&
    device.collections.some((collection) => collection.usagePage === telephonyPage)
  );
}

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
  guarded.setDevicePermissionHandler((details) => isOwnUrl(details.origin) && isHeadset(details));
  guarded.on('select-hid-device', (event, { deviceList }, choose) => {
    // The page asks for headsets only, and every headset that is plugged in may be used.
    event.preventDefault();
    choose(deviceList[0]?.deviceId ?? null);
  });
}

/** macOS asks the person once for each kind; until it was asked, devices are silent. */
async function askMacOs(kinds: readonly string[]): Promise<boolean> {
  for (const kind of kinds) {
    const asked = kind === 'video' ? 'camera' : 'microphone';
    if (!(await systemPreferences.askForMediaAccess(asked))) return false;
  }
  return true;
}
