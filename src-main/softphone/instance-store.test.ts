import { expect, test } from 'vitest';
import { migrationSteps } from '../core/migrations/index-of-steps.ts';
import { openMemoryStore } from '../core/store.ts';
import { InstanceStore } from './instance-store.ts';

test('an account keeps its instance for good, and no two share one', () => {
  const store = openMemoryStore(migrationSteps);
  const first = new InstanceStore(store, 'a').get();
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(new InstanceStore(store, 'a').get()).toBe(first);
  expect(new InstanceStore(store, 'b').get()).not.toBe(first);
  store.close();
});

test('garbage in the database is replaced', () => {
  const store = openMemoryStore(migrationSteps);
  const instances = new InstanceStore(store, 'a');
  instances.get();
  store.write((db) => db.prepare("UPDATE sip_instance SET instance = 'x y'").run());
  expect(instances.get()).toMatch(/^[0-9a-f-]{36}$/);
  store.close();
});
