import { SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';
import type { CallEndReason } from '../../src-shared/model/call.ts';

/** BYE, CANCEL or a refusal, as the state of the session asks (RFC 3261 sections 9.1, 15 and 21.4.18). */
export async function endSession(session: Inviter | Invitation, reason: CallEndReason): Promise<void> {
  switch (session.state) {
    case SessionState.Initial:
    case SessionState.Establishing:
      // 603 would end the call on the person's other phones too (RFC 3261 section 21.6.2); 486 and 480 end this branch.
      if ('cancel' in session) await session.cancel();
      else await session.reject({ statusCode: reason === 'mediaFailed' ? 480 : 486 });
      return;
    case SessionState.Established:
      await session.bye();
      return;
    case SessionState.Terminating:
    case SessionState.Terminated:
      return;
  }
}
