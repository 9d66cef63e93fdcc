/**
 * Returns `next` with every part that equals the same part of `previous` replaced by that very object,
 * so that a view which compares by identity redraws only what changed. Arrays of objects with an `id` or
 * `jid` are matched by it, others by position. Plain JSON data only.
 */
export function shareUnchanged<T>(previous: unknown, next: T): T {
  return share(previous, next) as T;
}

function share(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(previous) && Array.isArray(next)) return shareArray(previous, next);
  if (isRecord(previous) && isRecord(next)) return shareRecord(previous, next);
  return next;
}

function shareArray(previous: readonly unknown[], next: readonly unknown[]): unknown {
  const byKey = new Map<string, unknown>();
  for (const row of previous) {
    const key = keyOf(row);
    if (key !== undefined) byKey.set(key, row);
  }
  const shared = next.map((row, index) => {
    const key = keyOf(row);
    return share(key === undefined ? previous[index] : byKey.get(key), row);
  });
  const same = shared.length === previous.length && shared.every((row, index) => row === previous[index]);
  return same ? previous : shared;
}

function shareRecord(previous: Record<string, unknown>, next: Record<string, unknown>): unknown {
  const keys = Object.keys(next);
  const shared: Record<string, unknown> = {};
  let same = keys.length === Object.keys(previous).length;
  for (const key of keys) {
    shared[key] = share(previous[key], next[key]);
    if (!Object.hasOwn(previous, key) || shared[key] !== previous[key]) same = false;
  }
  return same ? previous : shared;
}

function keyOf(row: unknown): string | undefined {
  if (!isRecord(row)) return undefined;
  const key = row['id'] ?? row['jid'] ?? row['key'];
  return typeof key === 'string' ? key : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
