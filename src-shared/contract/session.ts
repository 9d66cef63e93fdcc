import { z } from 'zod';
import { accountSecrets, signInServices } from '../model/session.ts';
import type { ServiceTest, Session } from '../model/session.ts';
import { callToMain, topic } from './define.ts';
import { nothing } from './shapes.ts';

export const sessionSchema = z.custom<Session>();

export const session = {
  /**
   * Tries the password on one service first and on the others after it accepts.
   * Server fields come from settings; `address` alone is enough where the domain's DNS or the provisioned settings name the servers.
   */
  'session.signIn': callToMain(
    z.object({
      address: z.string().trim().min(3).max(320),
      password: z.string().min(1).max(1024),
    }),
    nothing,
  ),
  /**
   * What stays on this computer is said by the answer. `forgetData` removes everything of the account from it, the
   * password included.
   */
  'session.signOut': callToMain(
    z.object({ forgetPassword: z.boolean(), forgetData: z.boolean().optional() }),
    z.object({ stays: z.array(z.string()) }),
  ),
  /** Tests one service with the settings given so far; never more than one attempt with a password. */
  'session.test': callToMain(
    z.object({
      service: z.enum(signInServices),
      address: z.string().trim().min(3).max(320),
      password: z.string().min(1).max(1024),
    }),
    z.custom<ServiceTest>(),
  ),
  /**
   * A password for a service that the account is signed in to: tried there first, once. Accepted, it is kept: for this
   * service only, or as the password of the account, with which the other services connect as well.
   */
  'session.enterPassword': callToMain(
    z.object({ service: z.enum(signInServices), password: z.string().min(1).max(1024), isOwn: z.boolean() }),
    nothing,
  ),
  /** Keeps a secret of the account that is signed in; empty: forgets it. What uses it starts anew. */
  'session.setSecret': callToMain(z.object({ name: z.enum(accountSecrets), value: z.string().max(1024) }), nothing),
  /** Which secrets are kept, and where; never the secrets themselves. */
  'session.secrets': callToMain(nothing, z.object({ kept: z.array(z.enum(accountSecrets)), backend: z.string() })),
} as const;

export const sessionTopics = { session: topic(sessionSchema) } as const;
