import type { Wire } from './wire.ts';

/** Hears every message of a wire. */
export type WireTap = (direction: 'sent' | 'received', text: string) => void;

/** The same wire, with its messages told to `tap` as they go. */
export function tracedWire(wire: Wire, tap: WireTap): Wire {
  const ping = wire.ping?.bind(wire);
  return {
    protocol: wire.protocol,
    unreliable: wire.unreliable,
    addressed: wire.addressed,
    open: (listener) =>
      wire.open({
        message: (text) => {
          tap('received', text);
          listener.message(text);
        },
        pong: () => {
          listener.pong();
        },
        dropped: (why) => {
          listener.dropped(why);
        },
        closed: (error) => {
          listener.closed(error);
        },
      }),
    send: (text) => {
      // What is noted of a message does not hold it up.
      const sent = wire.send(text);
      tap('sent', text);
      return sent;
    },
    ...(ping === undefined ? {} : { ping }),
    close: (isDead) => wire.close(isDead),
  };
}
