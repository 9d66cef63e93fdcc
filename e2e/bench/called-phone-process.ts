/**
 * The phone that everybody calls, in a process of its own as other phones are: what the bench's process does for the
 * browser meanwhile must not make it answer later. Its arguments are its user and the tone to listen for; it tells its
 * parent `CalledPhoneState` whenever something changed, after it has answered, and goes on until the parent is gone.
 */
import type { CalledPhoneOrder, CalledPhoneState } from './called-phone.ts';
import { ScriptedPhone } from './scripted-phone.ts';

/** How often it looks whether there is something to tell; milliseconds. */
const tellEveryMs = 5;

const [user = '', toneHz = ''] = process.argv.slice(2);
const phone = await ScriptedPhone.start(user, Number(toneHz));
let round = 0;
let told = '';

process.on('message', (asked: CalledPhoneOrder) => {
  if ('call' in asked) phone.call(asked.call);
  else {
    round = asked.listenRound;
    phone.listenAnew();
  }
});
process.on('disconnect', () => {
  process.exit();
});

function tell(): void {
  const { calls, contact, firstToneMs, packets, signalledMs } = phone;
  const state: CalledPhoneState = {
    round,
    contact,
    calls,
    signalledMs,
    packets,
    ...(firstToneMs === undefined ? {} : { firstToneMs }),
  };
  const text = JSON.stringify(state);
  if (text === told) return;
  told = text;
  process.send?.(state);
}

setInterval(tell, tellEveryMs);
tell();
