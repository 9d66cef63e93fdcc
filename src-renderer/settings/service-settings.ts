import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { AccountSecret, SignInService } from '../../src-shared/model/session.ts';

/** The server fields of one service: what most people need, and the rest. */
export interface ServiceFields {
  readonly service: SignInService;
  readonly title: MessageDescriptor;
  readonly names: readonly string[];
  /** Secrets beside the password; only for an account that is signed in. */
  readonly secrets?: readonly AccountSecret[];
}

export const serviceFields: readonly ServiceFields[] = [
  {
    service: 'chat',
    title: msg`Chat and presence`,
    names: ['chat.enabled', 'chat.servers', 'chat.directTls', 'chat.tlsName'],
  },
  {
    service: 'phone',
    title: msg`Phone`,
    names: [
      'phone.enabled',
      'phone.servers',
      'phone.transport',
      'phone.address',
      'phone.authUser',
      'phone.addressFamily',
      'phone.tlsName',
      'phone.registerExpiresS',
      'phone.keepAlive',
      'phone.clientCertificateFile',
      'phone.clientKeyFile',
      'calls.iceServers',
      'calls.turnUser',
      'calls.relayOnly',
    ],
    secrets: ['phone.password', 'phone.clientKeyPassphrase', 'calls.turnPassword'],
  },
  {
    service: 'directory',
    title: msg`Directory`,
    names: [
      'directory.enabled',
      'directory.servers',
      'directory.encryption',
      'directory.searchBases',
      'directory.userDnTemplate',
      'directory.bindDn',
      'directory.baseFilter',
      'directory.timeoutMs',
    ],
    secrets: ['directory.password'],
  },
  {
    service: 'voicemail',
    title: msg`Voicemail`,
    names: [
      'voicemail.enabled',
      'voicemail.servers',
      'voicemail.encryption',
      'voicemail.user',
      'voicemail.mailbox',
      'voicemail.tlsName',
    ],
    secrets: ['voicemail.password'],
  },
];

export const networkSettings: readonly string[] = ['trust.extraCaFile', 'trust.useSystemStore', 'network.resolvers'];
