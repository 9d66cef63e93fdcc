import { createInterface } from 'node:readline';

/** What the simulator tells the spec that started it: one JSON object a line on standard output. */
export type SimulatorEvent =
  | { readonly event: 'window'; readonly endpoint: string; readonly url: string }
  | { readonly event: 'windowGone'; readonly url: string }
  /** How a window came to be seen: with the keyboard or without it. */
  | { readonly event: 'shown'; readonly url: string; readonly how: 'show' | 'showInactive' | 'focus' | 'hide' }
  | { readonly event: 'bounds'; readonly url: string; readonly width: number; readonly height: number }
  | { readonly event: 'openExternal'; readonly url: string }
  | { readonly event: 'showItemInFolder'; readonly path: string }
  | { readonly event: 'notification'; readonly title: string; readonly body: string }
  | { readonly event: 'tray'; readonly words: string }
  | { readonly event: 'trayMenu'; readonly labels: readonly string[] }
  | { readonly event: 'badge'; readonly count: number }
  /** Combinations that are the program's now. */
  | { readonly event: 'keys'; readonly combinations: readonly string[] }
  | { readonly event: 'linkSchemes'; readonly schemes: readonly string[] }
  | { readonly event: 'quit' };

export function announce(event: SimulatorEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** What the spec plays: the person and the system around the program. One JSON object a line on standard input. */
export type SimulatorOrder =
  | { readonly order: 'key'; readonly combination: string }
  | { readonly order: 'clipboard'; readonly text: string }
  | { readonly order: 'power'; readonly event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' }
  | { readonly order: 'trayMenu'; readonly label: string }
  /** The person closes the large window. */
  | { readonly order: 'closeWindow' }
  /** The large window gets the keyboard, or loses it. */
  | { readonly order: 'focus'; readonly on: boolean };

export type SimulatorOrders = {
  readonly [Order in SimulatorOrder['order']]: (order: Extract<SimulatorOrder, { order: Order }>) => void;
};

/** Obeys what the spec says from now on. */
export function obey(orders: SimulatorOrders): void {
  const lines = createInterface(process.stdin);
  lines.on('line', (line) => {
    const order = JSON.parse(line) as SimulatorOrder;
    const handler = orders[order.order] as (given: SimulatorOrder) => void;
    handler(order);
  });
  // The spec's end of the pipe must not keep the program alive.
  process.stdin.unref();
}
