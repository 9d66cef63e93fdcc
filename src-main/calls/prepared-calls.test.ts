import { beforeEach, expect, test } from 'vitest';
import { limits } from '../../src-shared/limits.ts';
import { CallListRig } from './call-list-rig.test-support.ts';

let rig: CallListRig;
beforeEach(async () => {
  rig = new CallListRig();
  await rig.service.start();
});

const press = (target: string, name?: string): unknown =>
  rig.service.handlers['calls.prepare'](name === undefined ? { target } : { target, name }, 'w');

test('a press makes the call ready and shows nothing; the call that follows is that one', async () => {
  press('6104', 'Dora');
  expect(rig.device.preparedIds).toHaveLength(1);
  expect(rig.states).toEqual([]);
  const { callId } = await rig.list.place('6104', 'Dora');
  expect([callId]).toEqual(rig.device.preparedIds);
  expect(rig.device.placedIds).toEqual(rig.device.preparedIds);
  expect(rig.only().party).toMatchObject({ number: '6104', name: 'Dora' });
});

test('a call to somebody else, or much later, or a second one is a call of its own', async () => {
  const call = async (target: string, name?: string): Promise<void> => {
    await rig.list.place(target, name);
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'busy' });
  };
  press('6104');
  await call('6105');
  press('6104');
  rig.clock.advance(limits.preparedCallMs + 1);
  await call('6104');
  press('6104', 'Dora');
  await call('6104', 'Theodora');
  press('6104');
  await call('6104');
  await call('6104');
  const { preparedIds, placedIds } = rig.device;
  expect(placedIds.filter((id) => preparedIds.includes(id))).toEqual([placedIds[3]]);
  expect(new Set(placedIds).size).toBe(5);
});

test('rules that change between press and call hold for the call', async () => {
  press('6104');
  rig.list.settingsChanged();
  await rig.list.place('6104', undefined);
  expect(rig.device.placedIds).not.toEqual(rig.device.preparedIds);
});

test('nothing is made of what cannot be called, and the call says why; nor for emergency services', async () => {
  press('()');
  expect(rig.device.preparedIds).toEqual([]);
  await expect(rig.list.place('()', undefined)).rejects.toMatchObject({ code: 'invalid' });
  press('999');
  expect(rig.device.preparedIds).toEqual([]);
});
