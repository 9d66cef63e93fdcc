/** What the simulator tells the spec that started it: one JSON object a line on standard output. */
export type SimulatorEvent =
  | { readonly event: 'window'; readonly endpoint: string; readonly title: string }
  | { readonly event: 'openExternal'; readonly url: string }
  | { readonly event: 'notification'; readonly title: string }
  | { readonly event: 'quit' };

export function announce(event: SimulatorEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
