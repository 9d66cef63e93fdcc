import type { Random } from '../../core/server-list.ts';

/**
 * RFC 3261 section 14.1: who gets 491 waits before the next try; who made the Call-ID 2.1 to 4 s, the other one up to
 * 2 s, both in steps of 10 ms. So one of two that collided comes first.
 */
export function glareDelayMs(weMadeCallId: boolean, random: Random): number {
  const fromMs = weMadeCallId ? 2_100 : 0;
  const steps = weMadeCallId ? 191 : 201;
  return fromMs + Math.min(Math.floor(random() * steps), steps - 1) * 10;
}

/** After so many collisions in a row the request counts as refused. */
export const glareTries = 5;
