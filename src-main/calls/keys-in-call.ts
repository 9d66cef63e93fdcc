import type { CallEntries } from './call-entries.ts';

/**
 * Sends what was pressed in a call. Keys leave one after the other; what still waits when the call ends has nobody to
 * hear it any more, and whoever pressed them knows: it is dropped without a word. Rejects with AppError in words.
 */
export async function sendKeys(entries: CallEntries, callId: string, digits: string): Promise<void> {
  const isOver = (): boolean => {
    const state = entries.find(callId)?.call.state;
    return state === undefined || state === 'ended';
  };
  if (isOver()) return;
  const entry = entries.get(callId);
  entries.require(entry, 'dtmf');
  try {
    await entry.device.dtmf(digits);
  } catch (error) {
    if (!isOver()) throw error;
  }
}
