import { z } from 'zod';

/** Shapes that several domains of the contract share. */

export const nothing = z.null();
export const id = z.string().min(1).max(200);
/** Bare JID (RFC 7622), lower-cased by the service. */
export const bareJid = z
  .string()
  .max(3071)
  .regex(/^[^@/\s]+@[^@/\s]+$/);
export const utcMs = z.number().int().nonnegative();
/** A change that shows in a topic names the revision in which it shows. */
export const changed = z.object({ revision: z.number().int().nonnegative() });
/** SDP (RFC 8866); larger bodies are refused, no real one comes near. */
export const sdp = z.string().min(1).max(65_536);
