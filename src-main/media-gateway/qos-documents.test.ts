import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsSchema } from '../config/settings-schema.ts';
import { defaultPorts, dscpValues } from './gateway-limits.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { audio, video } = defaultPorts;

test('what administrators are told of ports and marks is what the program does', () => {
  const document = read('docs/qos.md');
  const script = read('assets/administration/windows-qos.ps1');
  expect(settingsSchema['calls.audioPortRange'].defaultValue).toBe(`${audio.first}-${audio.last}`);
  expect(settingsSchema['calls.videoPortRange'].defaultValue).toBe(`${video.first}-${video.last}`);
  const signalling = settingsSchema['phone.dscpSignalling'].defaultValue;
  for (const [range, dscp] of [
    [audio, dscpValues.audioCall],
    [video, dscpValues.videoCall],
  ] as const) {
    expect(document).toMatch(new RegExp(`source ${range.first}-${range.last} +\\| ${dscp}`));
  }
  expect(document).toMatch(new RegExp(`5060-5061 +\\| ${signalling}`));
  expect(script).toContain(`$AudioFirst = ${audio.first}`);
  expect(script).toContain(`$AudioLast = ${audio.last}`);
  expect(script).toContain(`$VideoFirst = ${video.first}`);
  expect(script).toContain(`$VideoLast = ${video.last}`);
  expect([...script.matchAll(/-DSCPAction (\d+)/g)].map((found) => Number(found[1]))).toEqual([
    dscpValues.audioCall,
    dscpValues.videoCall,
    signalling,
  ]);
});
