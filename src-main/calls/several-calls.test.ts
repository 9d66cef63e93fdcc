import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { CallListRig } from './call-list-rig.test-support.ts';
import type { FakeDeviceCall } from './fake-device.test-support.ts';

let rig: CallListRig;
beforeEach(async () => {
  rig = new CallListRig();
  await rig.service.start();
});

describe('several calls', () => {
  test('answering a second caller holds the first, and hanging up leaves it on hold', async () => {
    const first = await rig.answered('one');
    const second = rig.ring('two', '6103');
    await rig.list.answer('two');
    expect(first.done).toEqual(['answer', 'hold']);
    expect(second.done).toEqual(['answer']);
    expect(rig.states).toEqual(['held', 'connecting']);
    second.tell({ type: 'end', reason: 'remoteHungUp' });
    expect(rig.states).toEqual(['held', 'ended']);
  });

  test('answering ends an attempt that nobody has answered, which cannot be held; who is on hold stays there', async () => {
    const first = await rig.answered('one');
    await rig.list.place('6104', undefined);
    const attempt = rig.device.calls.at(-1);
    attempt?.tell({ type: 'farEndRings' });
    const caller = rig.ring('two', '6103');
    await rig.list.answer('two');
    expect(attempt?.done).toEqual(['hangUp']);
    expect(caller.done).toEqual(['answer']);
    expect(first.done).toEqual(['answer', 'hold']);
  });

  test('a call that is being answered is in the way of the next for a moment, in words that fit', async () => {
    rig.ring('one');
    await rig.list.answer('one');
    rig.ring('two', '6103');
    await expect(rig.list.answer('two')).rejects.toThrow('The call with 6102 is being connected.');
  });

  test('placing a call holds the active one first', async () => {
    const first = await rig.answered('one');
    await rig.list.place('6104', undefined);
    expect(first.done).toEqual(['answer', 'hold']);
    expect(rig.states).toEqual(['held', 'calling']);
  });

  test('a call that cannot be held keeps its place, in words, and the other rings on', async () => {
    const first = await rig.answered('one');
    const second = rig.ring('two', '6103');
    first.failure = new AppError('timeout', 'The other side did not answer.');
    await expect(rig.list.answer('two')).rejects.toThrow('The other side did not answer.');
    expect(rig.states).toEqual(['connected', 'ringing']);
    expect(second.done).toEqual([]);
  });

  test('resuming swaps: the active one is held first', async () => {
    const first = await rig.answered('one');
    const second = await rig.answered('two', '6103');
    await rig.list.resume('one');
    expect(rig.states).toEqual(['connected', 'held']);
    expect(second.done).toEqual(['answer', 'hold']);
    expect(first.done).toEqual(['answer', 'hold', 'resume']);
  });

  test('a call on hold says since when, and no longer than it is', async () => {
    await rig.answered('one');
    rig.clock.advance(1_000);
    await rig.list.hold('one');
    expect(rig.only().heldAtMs).toBe(rig.clock.now());
    await rig.list.resume('one');
    expect(rig.only()).not.toHaveProperty('heldAtMs');
  });

  test('two quick clicks never leave two calls active', async () => {
    await rig.answered('one');
    await rig.answered('two', '6103');
    await rig.answered('three', '6104');
    await Promise.all([rig.list.resume('one'), rig.list.resume('two')]);
    expect(rig.states).toEqual(['held', 'connected', 'held']);
  });

  test('an ignored call rings on for its caller only', () => {
    const call = rig.ring();
    rig.list.ignore('one');
    expect(rig.only()).toMatchObject({ state: 'ringing', silenced: true });
    expect(call.done).toEqual([]);
  });

  test('a ringing call is sent to another number', async () => {
    const call = rig.ring();
    await rig.list.divert('one', '6109');
    expect(call.done).toEqual(['divert 6109 deflection']);
  });

  test('the far end holds and takes back', async () => {
    const call = await rig.answered('one');
    call.tell({ type: 'farHolds', farHolds: true });
    expect(rig.only().farHolds).toBe(true);
    call.tell({ type: 'farHolds', farHolds: false });
    expect(rig.only().farHolds).toBe(false);
  });

  test('beyond eight, another is not placed, in words', async () => {
    for (let index = 1; index <= 8; index += 1) await rig.answered(`call ${index}`, '6102');
    await expect(rig.list.place('6103', undefined)).rejects.toThrow(/8 calls are the most/);
    expect(rig.device.calls).toEqual([]);
  });

  describe('transferred without asking', () => {
    test('is held, shows how it goes, and ends as transferred', async () => {
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', 'Eve');
      expect(call.done).toEqual(['answer', 'hold', 'transfer 6105']);
      expect(rig.only().transfer).toEqual({ kind: 'blind', target: 'Eve', state: 'asking' });
      call.tell({ type: 'transfer', state: 'ringing' });
      expect(rig.only().transfer?.state).toBe('ringing');
      call.tell({ type: 'end', reason: 'transferred' });
      expect(rig.only()).toMatchObject({ state: 'ended', endReason: 'transferred' });
    });

    test('comes back in words when nobody answers', async () => {
      rig.people.set('6102', { name: 'Tom' });
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', 'Eve');
      call.tell({ type: 'transferFailed', reason: 'noAnswer' });
      expect(rig.only().transfer).toMatchObject({
        state: 'failed',
        message: 'Nobody answered the transfer. Tom is back with you.',
      });
      await vi.waitFor(() => {
        expect(rig.only().state).toBe('connected');
      });
      expect(call.done.at(-1)).toBe('resume');
    });

    test('comes back only once the far end, which held us to call somebody, has taken us back', async () => {
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', 'Eve');
      call.tell({ type: 'farHolds', farHolds: true });
      call.tell({ type: 'transferFailed', reason: 'busy' });
      await rig.clock.run(1_000);
      expect(rig.only().state).toBe('held');
      call.tell({ type: 'farHolds', farHolds: false });
      await vi.waitFor(() => {
        expect(rig.only().state).toBe('connected');
      });
    });

    test('comes back after a moment where the far end goes on holding us', async () => {
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', 'Eve');
      call.tell({ type: 'farHolds', farHolds: true });
      call.tell({ type: 'transferFailed', reason: 'busy' });
      await rig.clock.run(2_000);
      expect(rig.only()).toMatchObject({ state: 'connected', farHolds: true });
    });

    test('does not come back past somebody to whom this person has turned meanwhile', async () => {
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', 'Eve');
      call.tell({ type: 'farHolds', farHolds: true });
      call.tell({ type: 'transferFailed', reason: 'busy' });
      await rig.answered('two', '6103');
      call.tell({ type: 'farHolds', farHolds: false });
      await rig.clock.run(2_000);
      expect(rig.states).toEqual(['held', 'connected']);
    });

    test('says that nothing is heard of it, and comes back in words when nobody tells how it went', async () => {
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', 'Eve');
      call.tell({ type: 'transfer', state: 'ringing' });
      call.tell({ type: 'transferQuiet' });
      expect(rig.only().transfer).toMatchObject({ state: 'ringing', quiet: true });
      expect(rig.only().capabilities).toEqual(expect.arrayContaining(['hangUp', 'resume']));
      call.tell({ type: 'transfer', state: 'ringing' });
      expect(rig.only().transfer).not.toHaveProperty('quiet');
      call.tell({ type: 'transferQuiet' });
      call.tell({ type: 'transferFailed', reason: 'unknown' });
      expect(rig.only().transfer).toEqual({
        kind: 'blind',
        target: 'Eve',
        state: 'failed',
        message: 'The other side did not say how the transfer to Eve went. 6102 is back with you.',
      });
    });

    test('waits on hold when the person talks to somebody else by then', async () => {
      const call = await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', undefined);
      await rig.answered('two', '6103');
      call.tell({ type: 'transferFailed', reason: 'busy' });
      expect(rig.callOf('one').transfer?.message).toBe('6105 is busy. 6102 waits on hold.');
      expect(rig.states).toEqual(['held', 'connected']);
    });

    test('that is refused at once comes back', async () => {
      const call = await rig.answered('one');
      await rig.list.hold('one');
      call.failure = new AppError('unsupported', 'The other side does not take transfers.');
      await expect(rig.list.transfers.transfer('one', '6105', undefined)).rejects.toThrow('does not take transfers');
      expect(rig.only()).toMatchObject({ state: 'held', transfer: { state: 'failed' } });
    });

    test('twice at once is refused in words', async () => {
      await rig.answered('one');
      await rig.list.transfers.transfer('one', '6105', undefined);
      await expect(rig.list.transfers.transfer('one', '6106', undefined)).rejects.toThrow(/being transferred already/);
    });
  });

  describe('transferred after asking', () => {
    async function consulting(): Promise<{ held: FakeDeviceCall; asked: FakeDeviceCall; askedId: string }> {
      const held = await rig.answered('one');
      const { callId } = await rig.list.transfers.consult('one', '6105', undefined);
      const asked = rig.device.calls.at(-1);
      if (asked === undefined) throw new Error('nobody was asked');
      return { held, asked, askedId: callId };
    }

    test('holds the call while the other is asked, and joins them', async () => {
      const { held, asked, askedId } = await consulting();
      expect(rig.states).toEqual(['held', 'calling']);
      expect(rig.callOf(askedId).consultsFor).toBe('one');
      asked.tell({ type: 'established', encrypted: false });
      await rig.list.transfers.complete(askedId);
      expect(held.joinedWith).toBe(asked);
      expect(rig.callOf('one').transfer).toMatchObject({ kind: 'attended', target: '6105' });
    });

    test('can be completed from either call', async () => {
      const { held, asked } = await consulting();
      asked.tell({ type: 'established', encrypted: false });
      await rig.list.transfers.complete('one');
      expect(held.joinedWith).toBe(asked);
    });

    test('before the other has answered cancels that call and sends the first one there; refused, it comes back', async () => {
      const { held, asked, askedId } = await consulting();
      asked.tell({ type: 'farEndRings' });
      const hangUp = vi.spyOn(asked, 'hangUp').mockImplementation(() => {
        asked.tell({ type: 'end', reason: 'hungUp' });
        return Promise.resolve();
      });
      await rig.list.transfers.complete(askedId);
      expect(hangUp).toHaveBeenCalledOnce();
      expect(held.done).toEqual(['answer', 'hold', 'transfer 6105']);
      expect(rig.callOf('one').transfer).toMatchObject({ kind: 'blind', target: '6105' });
      held.tell({ type: 'transferFailed', reason: 'busy' });
      await vi.waitFor(() => {
        expect(rig.callOf('one').state).toBe('connected');
      });
    });

    test('with another call that has not answered is refused in words', async () => {
      await rig.answered('one');
      await rig.list.hold('one');
      const { callId } = rig.place('6105');
      await expect(rig.list.transfers.complete('one', callId)).rejects.toThrow(/6105 has not answered yet/);
    });

    test('is given up: the call that was placed to ask is ended, and the first one is back', async () => {
      const { held, asked, askedId } = await consulting();
      asked.tell({ type: 'established', encrypted: false });
      await rig.list.transfers.abandonConsult(askedId);
      expect(asked.done).toEqual(['hangUp']);
      expect(held.done).toEqual(['answer', 'hold', 'resume']);
      expect(rig.callOf('one').state).toBe('connected');
    });

    test('in a call that there was already, which goes on hold again when it is given up', async () => {
      const held = await rig.answered('one');
      const other = await rig.answered('two', '6103');
      await rig.list.resume('one');
      await rig.list.transfers.consultOther('one', 'two');
      expect(rig.states).toEqual(['held', 'connected']);
      expect(rig.callOf('two').consultsFor).toBe('one');
      await rig.list.transfers.abandonConsult('two');
      expect(rig.states).toEqual(['connected', 'held']);
      expect(rig.callOf('two')).not.toHaveProperty('consultsFor');
      expect(other.done).not.toContain('hangUp');

      await rig.list.transfers.consultOther('one', 'two');
      await rig.list.transfers.complete('two');
      expect(held.joinedWith).toBe(other);
    });

    test('leaves both calls when somebody does not want it', async () => {
      const { held, asked, askedId } = await consulting();
      asked.tell({ type: 'established', encrypted: false });
      await rig.list.transfers.complete(askedId);
      held.tell({ type: 'transferFailed', reason: 'declined' });
      expect(rig.callOf('one').transfer?.message).toBe('6105 declined the transfer. 6102 waits on hold.');
      expect(asked.joinedWith).toBeUndefined();
      expect(rig.states).toEqual(['held', 'connected']);
    });

    test('is tried the other way round where a phone cannot, and said when that fails, too', async () => {
      const { held, asked, askedId } = await consulting();
      asked.tell({ type: 'established', encrypted: false });
      await rig.list.transfers.complete(askedId);
      held.tell({ type: 'transferFailed', reason: 'notAllowed' });
      expect(asked.joinedWith).toBe(held);
      expect(rig.callOf('one')).not.toHaveProperty('transfer');
      expect(rig.callOf(askedId).transfer).toMatchObject({ kind: 'attended', target: '6102', state: 'asking' });
      asked.tell({ type: 'transferFailed', reason: 'failed' });
      expect(rig.callOf(askedId).transfer?.message).toBe('The transfer did not work. 6105 is still with you.');
      expect(rig.states).toEqual(['held', 'connected']);
      // And not round and round.
      expect(held.done.filter((what) => what === 'transferTo')).toHaveLength(1);
    });

    test('is asked of the other phone at once where the first one refuses the order', async () => {
      const { held, asked, askedId } = await consulting();
      asked.tell({ type: 'established', encrypted: false });
      held.failure = new AppError('unsupported', 'No REFER here.');
      await rig.list.transfers.complete(askedId);
      expect(asked.joinedWith).toBe(held);
    });

    test('is refused in words when neither phone takes the order', async () => {
      const { held, asked, askedId } = await consulting();
      asked.tell({ type: 'established', encrypted: false });
      for (const call of [held, asked]) call.failure = new AppError('unsupported', 'No REFER here.');
      await expect(rig.list.transfers.complete(askedId)).rejects.toThrow('No REFER here.');
    });

    test('needs a second call', async () => {
      await rig.answered('one');
      await expect(rig.list.transfers.complete('one')).rejects.toThrow(/no second call/);
    });
  });

  describe('in a conference', () => {
    async function conference(...callIds: string[]): Promise<FakeDeviceCall[]> {
      const calls: FakeDeviceCall[] = [];
      for (const callId of callIds) calls.push(await rig.answered(callId));
      await rig.list.merge(callIds);
      return calls;
    }

    test('are mixed in the window and all active', async () => {
      const [one] = await conference('one', 'two');
      expect(rig.states).toEqual(['connected', 'connected']);
      expect(one?.done).toEqual(['answer', 'hold', 'resume']);
      expect(rig.mixes.at(-1)).toEqual([['one', 'two']]);
      expect(rig.callOf('one').conferenceId).toBe(rig.callOf('two').conferenceId);
      expect(rig.callOf('one').capabilities).toContain('split');
    });

    test('take a third in', async () => {
      await conference('one', 'two');
      await rig.answered('three');
      expect(rig.states).toEqual(['held', 'held', 'connected']);
      await rig.list.merge(['one', 'three']);
      expect(rig.states).toEqual(['connected', 'connected', 'connected']);
      expect(rig.mixes.at(-1)).toEqual([['one', 'two', 'three']]);
    });

    test('are what they were when the window cannot mix', async () => {
      await rig.answered('one');
      await rig.answered('two');
      rig.mixFailure = new AppError('media', 'No window.');
      await expect(rig.list.merge(['one', 'two'])).rejects.toThrow('No window.');
      expect(rig.states).toEqual(['held', 'connected']);
      expect(rig.callOf('one')).not.toHaveProperty('conferenceId');
    });

    test('are held and taken back together', async () => {
      await conference('one', 'two');
      await rig.list.hold('two');
      expect(rig.states).toEqual(['held', 'held']);
      await rig.list.resume('one');
      expect(rig.states).toEqual(['connected', 'connected']);
    });

    test('are muted as one, whichever of them is named', async () => {
      const calls = await conference('one', 'two');
      await rig.list.mute('two', true);
      for (const { done } of calls) expect(done.at(-1)).toBe('mute true');
      expect(rig.snapshot().calls.map(({ muted }) => muted)).toEqual([true, true]);
      await rig.list.mute('one', false);
      expect(rig.snapshot().calls.map(({ muted }) => muted)).toEqual([false, false]);
    });

    test('are all muted where one was: nobody’s microphone opens by a merge', async () => {
      await rig.answered('one');
      await rig.list.mute('one', true);
      const two = await rig.answered('two', '6103');
      await rig.list.merge(['one', 'two']);
      expect(two.done).toEqual(['answer', 'mute true']);
      expect(rig.snapshot().calls.map(({ muted }) => muted)).toEqual([true, true]);
    });

    test('that was not made leaves each as muted as it was', async () => {
      await rig.answered('one');
      await rig.list.mute('one', true);
      const two = await rig.answered('two', '6103');
      rig.mixFailure = new AppError('media', 'No window.');
      await expect(rig.list.merge(['one', 'two'])).rejects.toThrow('No window.');
      expect(two.done.slice(1)).toEqual(['mute true', 'mute false']);
      expect(rig.snapshot().calls.map(({ muted }) => muted)).toEqual([true, false]);
    });

    test('are recorded as one, also without the call that it began with', async () => {
      rig.settings = { ...rig.settings, recording: true, recordingFolder: mkdtempSync(join(tmpdir(), 'parley-')) };
      await conference('one', 'two');
      const recorded = (): readonly boolean[] => rig.snapshot().calls.map(({ recording }) => recording);
      const [first, second] = [rig.callOf('one'), rig.callOf('two')];
      try {
        await rig.recordings.start(first, [first.id, second.id]);
        expect(recorded()).toEqual([true, true]);
        await rig.answered('three', '6104');
        await rig.list.merge(['one', 'three']);
        expect(recorded()).toEqual([true, true, true]);
        await rig.list.split('one');
        expect(recorded()).toEqual([false, true, true]);
        expect(rig.recorded.at(-1)).toEqual(['two', 'three']);
      } finally {
        await rig.recordings.end();
        rmSync(rig.settings.recordingFolder, { recursive: true });
      }
    });

    test('let one go on hold; who is left is in no conference', async () => {
      await conference('one', 'two');
      await rig.list.split('two');
      expect(rig.states).toEqual(['connected', 'held']);
      expect(rig.callOf('one')).not.toHaveProperty('conferenceId');
      expect(rig.mixes.at(-1)).toEqual([]);
    });

    test('end alone and together', async () => {
      const [one, two, three] = await conference('one', 'two', 'three');
      three?.tell({ type: 'end', reason: 'remoteHungUp' });
      expect(rig.mixes.at(-1)).toEqual([['one', 'two']]);
      await rig.list.conferences.end(rig.callOf('one').conferenceId ?? '');
      expect([one?.done.at(-1), two?.done.at(-1)]).toEqual(['hangUp', 'hangUp']);
    });

    test('of three go on without this person; of four they do not, in words', async () => {
      const [one, two] = await conference('one', 'two');
      await rig.list.conferences.leave(rig.callOf('one').conferenceId ?? '');
      expect(one?.joinedWith).toBe(two);
      await rig.answered('three');
      await rig.list.merge(['one', 'three']);
      await expect(rig.list.conferences.leave(rig.callOf('one').conferenceId ?? '')).rejects.toThrow(
        /conference of three/,
      );
    });

    test('stay together when neither phone can call the other, and it is said so', async () => {
      const [one, two] = await conference('one', 'two');
      await rig.list.conferences.leave(rig.callOf('one').conferenceId ?? '');
      one?.tell({ type: 'transferFailed', reason: 'notAllowed' });
      expect(two?.joinedWith).toBe(one);
      two?.tell({ type: 'transferFailed', reason: 'failed' });
      expect(rig.callOf('two').notice).toBe('The transfer did not work. 6102 is still with you.');
      expect(rig.states).toEqual(['connected', 'connected']);
      expect(rig.callOf('one').conferenceId).toBe(rig.callOf('two').conferenceId);
    });

    test('are mixed again by the next window', async () => {
      await conference('one', 'two');
      const before = rig.mixes.length;
      rig.list.windowChanged();
      expect(rig.mixes.slice(before)).toEqual([[['one', 'two']]]);
    });
  });

  describe('by which the far end moves this person', () => {
    test('the new call goes on in place of the old one, whose microphone is shut', async () => {
      const old = await rig.answered('one');
      const next = rig.ring('two', '6107', 'Grace', {
        continues: { callId: 'one', direction: 'in' },
      });
      await vi.waitFor(() => {
        expect(next.done).toEqual(['answer']);
      });
      expect(old.done.at(-1)).toBe('hold');
      expect(rig.callOf('two')).toMatchObject({ replaces: 'one', notice: 'You were transferred to Grace.' });
    });

    test('who picks up a call of ours while it rings elsewhere is answered, and named', async () => {
      const { callId } = rig.place('6103');
      const next = rig.ring('two', '6107', 'Grace', { continues: { callId, direction: 'in', isPickUp: true } });
      await vi.waitFor(() => {
        expect(next.done).toEqual(['answer']);
      });
      expect(rig.callOf('two').notice).toBe('Grace picked up your call.');
    });

    test('a transfer that comes to nothing gives the old call back', async () => {
      const old = await rig.answered('one');
      const next = rig.ring('two', '6107', undefined, {
        continues: { callId: 'one', direction: 'out' },
      });
      await vi.waitFor(() => {
        expect(rig.callOf('one').state).toBe('held');
      });
      expect(rig.callOf('two').notice).toBe('6102 transferred you to 6107.');
      next.tell({ type: 'end', reason: 'busy' });
      await vi.waitFor(() => {
        expect(rig.callOf('one').state).toBe('connected');
      });
      expect(old.done).toEqual(['answer', 'hold', 'resume']);
      expect(rig.callOf('one').notice).toMatch(/did not work. You are back with 6102/);
    });
  });
});
