import { randomUUID } from 'node:crypto';
import { Grammar, Inviter, NameAddrHeader } from 'sip.js';
import type { Invitation, Referral } from 'sip.js';
import { AppError } from '../../src-shared/errors.ts';
import type { PhoneConfig } from '../account/account-config.ts';
import type { IncomingCallHandler } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import { wantsAnswer } from './auto-answer.ts';
import { isReachable } from './call-addresses.ts';
import { callerIdentity } from './caller-identity.ts';
import { inviteFacts } from './dialogs/invite-facts.ts';
import { IncomingRefer } from './dialogs/refer.ts';
import { judgeReplaces, parseReplaces } from './dialogs/replaces.ts';
import { domainOf } from './make-wire.ts';
import { tellReferrer } from './refer-answers.ts';
import type { SipCall } from './sip-call.ts';
import { signallingLimits } from './signalling-limits.ts';
import { telHost } from './wire-fixes/tel-identity.ts';

export interface ArrivingCallsOptions {
  readonly config: () => Pick<PhoneConfig, 'aor' | 'transport'>;
  readonly log: Logger;
  /** All calls of the phone, by id. */
  readonly calls: ReadonlyMap<string, SipCall>;
  /** Who takes calls; undefined: nobody does yet. */
  readonly handler: () => IncomingCallHandler | undefined;
  /** A new call whose INVITEs carry these headers; undefined without a line. */
  readonly newCall: (callId: string, headers: readonly string[]) => SipCall | undefined;
}

/**
 * Calls that the far end begins: by INVITE, also one that takes the place of a call here (RFC 3891), and by REFER, which
 * sends this person to somebody else (RFC 3515).
 */
export class ArrivingCalls {
  readonly #options: ArrivingCallsOptions;

  constructor(options: ArrivingCallsOptions) {
    this.#options = options;
  }

  /** An INVITE that begins a call. */
  invited(invitation: Invitation): void {
    const { log } = this.#options;
    const config = this.#options.config();
    const handler = this.#options.handler();
    const callId = randomUUID();
    const domain = domainOf(config.aor);
    const { caller, diverted } = inviteFacts(invitation, domain);
    const header = (name: string): string | undefined => invitation.request.getHeader(name);
    const replaces = header('replaces');
    const replaced = replaces === undefined ? undefined : this.#replacedBy(invitation, replaces);
    if (replaces !== undefined && replaced === undefined) return;
    const call = handler === undefined ? undefined : this.#newCall(callId, []);
    if (handler === undefined || call === undefined) {
      void invitation.reject({ statusCode: 480 });
      return;
    }
    call.carry(invitation, caller.number);
    // Without sound it takes nobody's place.
    if (replaced !== undefined && call.refusesOffer(invitation.body ?? '')) return;
    const listener = handler({
      ...{ callId, ...caller, call, wantsAnswer: wantsAnswer(header) },
      ...(diverted === undefined ? {} : { diverted }),
      // RFC 7090.
      ...(/^psap-callback$/i.test(header('priority')?.trim() ?? '') ? { isEmergencyCallBack: true as const } : {}),
      ...(replaced === undefined
        ? {}
        : {
            continues: {
              callId: replaced.callId,
              direction: 'in',
              ...(replaced.isAnswered ? {} : { isPickUp: true as const }),
            },
          }),
    });
    if (listener === undefined) {
      call.refuseAsBusy();
      return;
    }
    if (replaced !== undefined) {
      call.listen((event) => {
        listener(event);
        if (event.type !== 'established') return;
        // Answered where it rang while it was taken away: who answered first keeps it.
        if (isEarlyOnly(replaces) && replaced.isAnswered) void call.hangUp();
        // RFC 3891 section 3: the old dialog is ended by who accepted the new one.
        else replaced.handover.replaced(0);
      });
      return;
    }
    call.listen(listener);
    if (!call.canRing || call.refusesOffer(invitation.body ?? '')) return;
    invitation.progress({ statusCode: 180 }).catch((error: unknown) => {
      log.info('180 was not sent', { callId, error });
    });
  }

  /** RFC 3515: the far end sends us to somebody else. Nothing is asked; the call list shows it. */
  referred(old: SipCall, session: Inviter | Invitation, referral: Referral): void {
    const config = this.#options.config();
    const handler = this.#options.handler();
    const refer = new IncomingRefer(referral, session);
    const { target, referredBy } = refer;
    const uri = target === undefined ? undefined : Grammar.URIParse(target.uri);
    const isCallable = uri !== undefined && isReachable(uri, config);
    if (!target || !isCallable || handler === undefined) {
      refer.refuse(target === undefined || !isCallable ? 416 : 603);
      return;
    }
    const headers = [
      ...(target.replaces === undefined ? [] : [`Replaces: ${target.replaces}`]),
      ...(referredBy === undefined ? [] : [`Referred-By: ${referredBy}`]),
    ].map((header) => header.replace(/[\r\n]/g, ''));
    const callId = randomUUID();
    const call = this.#newCall(callId, headers);
    if (call === undefined) {
      refer.refuse(603);
      return;
    }
    refer.accept();
    const domain = domainOf(config.aor);
    if (uri.host === telHost) uri.host = domain;
    const to = callerIdentity(new NameAddrHeader(uri, nameIn(referral), {}), undefined, domain);
    call.carry(new Inviter(session.userAgent, uri, { extraHeaders: headers }));
    const listener = handler({ callId, ...to, call, continues: { callId: old.callId, direction: 'out' } });
    if (listener === undefined) {
      refer.progress(486, 'Busy Here');
      call.refuseAsBusy();
      return;
    }
    call.listen((event) => {
      tellReferrer(refer, event);
      listener(event);
      if (event.type === 'established') old.handover.replaced(signallingLimits.transferGraceMs);
    });
    queueMicrotask(() => {
      call.invite();
    });
  }

  /** Undefined without a line, or where no codec can be used: the far end is told, whatever happens here. */
  #newCall(callId: string, headers: readonly string[]): SipCall | undefined {
    try {
      return this.#options.newCall(callId, headers);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#options.log.warn('a call cannot be taken', { callId, error });
      return undefined;
    }
  }

  /** The call whose place an INVITE takes; undefined when it was answered because there is none (RFC 3891 section 3). */
  #replacedBy(invitation: Invitation, header: string): SipCall | undefined {
    const replaces = parseReplaces(header);
    const calls = [...this.#options.calls.values()];
    const found = replaces === undefined ? undefined : calls.find((call) => call.replacedBy(replaces) !== 'unknown');
    const verdict =
      replaces === undefined ? { refuse: 400 } : judgeReplaces(replaces, found?.replacedBy(replaces) ?? 'unknown');
    if (verdict === 'take') return found;
    void invitation.reject({ statusCode: verdict.refuse });
    return undefined;
  }
}

function isEarlyOnly(replaces: string | undefined): boolean {
  return replaces !== undefined && parseReplaces(replaces)?.earlyOnly === true;
}

/** The display name beside the address that a REFER names. */
function nameIn({ request }: Referral): string {
  return Grammar.nameAddrHeaderParse(request.getHeader('refer-to') ?? '')?.displayName ?? '';
}
