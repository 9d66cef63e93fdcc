import { Core } from 'sip.js';
import type { UserAgent } from 'sip.js';
import { formatSipMessage } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** A request of a method that SIP.js does not know, with its server transaction (RFC 3261 section 17.2.2). */
export interface ServerRequest {
  readonly message: Core.IncomingRequestMessage;
  /** Answers, once. Repetitions of the request get the same answer from the transaction. `toTag` begins a dialog. */
  reply(statusCode: number, extraHeaders?: readonly string[], sdp?: string, toTag?: string): void;
}

/** Undefined when it was a repetition, which is done with, or when SIP.js cannot parse it. */
export function serverRequest(userAgent: UserAgent, request: SipMessage): ServerRequest | undefined {
  const core = userAgent.userAgentCore;
  const message = Core.Parser.parseMessage(formatSipMessage(request), userAgent.getLogger('parley.server-request'));
  if (!(message instanceof Core.IncomingRequestMessage)) return undefined;
  const running = core.userAgentServers.get(message.viaBranch);
  if (running !== undefined) {
    running.transaction.receiveRequest(message);
    return undefined;
  }
  const server = new Core.UserAgentServer(Core.NonInviteServerTransaction, core, message);
  return {
    message,
    reply: (statusCode, extraHeaders = [], sdp, toTag) => {
      const body =
        sdp === undefined
          ? {}
          : { body: { contentDisposition: 'session', contentType: 'application/sdp', content: sdp } };
      const options = {
        ...{ statusCode, extraHeaders: [...extraHeaders], ...body },
        ...(toTag === undefined ? {} : { toTag }),
      };
      if (statusCode < 300) server.accept(options);
      else server.reject(options);
    },
  };
}
