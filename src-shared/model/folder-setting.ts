/** Settings that name a folder of this computer. */
export const folderSettings = ['archive.folder', 'calls.recordingFolder'] as const;
export type FolderSetting = (typeof folderSettings)[number];

export function isFolderSetting(key: string): key is FolderSetting {
  return folderSettings.some((one) => one === key);
}
