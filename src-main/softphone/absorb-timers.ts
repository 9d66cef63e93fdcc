import { Core } from 'sip.js';
import { timerT1Ms, timerT4Ms } from './retransmissions.ts';

/**
 * SIP.js ships these as 0, as it knows reliable transports only. Over UDP they absorb repetitions
 * (RFC 3261 section 17, table 4); over the others they only keep ended transactions a little longer.
 */
export function lengthenAbsorbTimers(): void {
  Object.assign(Core.Timers, {
    TIMER_D: 64 * timerT1Ms,
    TIMER_I: timerT4Ms,
    TIMER_J: 64 * timerT1Ms,
    TIMER_K: timerT4Ms,
  });
}
