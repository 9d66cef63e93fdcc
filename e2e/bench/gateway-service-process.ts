/**
 * The service process of one media gateway, for the figure `delayBusy`: does what its parent asks, and burns as much of
 * its time as it is told. Ends with its parent.
 */
import { LocalGateway } from './gateway-side.ts';
import type { ServiceAnswer, ServiceRequest } from './gateway-side.ts';

/** Busy in pieces of this length: longer than any packet may wait. */
const pieceMs = 40;
let gateway: LocalGateway | undefined;
let percent = 0;

async function answer(request: ServiceRequest): Promise<unknown> {
  if (request.ask === 'start') {
    gateway = await LocalGateway.start();
    return gateway.pid;
  }
  switch (request.ask) {
    case 'open':
      return await gateway?.open(request.callId, request.sipPort);
    case 'connect':
      return await gateway?.connect(request.callId, request.offerSdp);
    case 'close':
      return await gateway?.close(request.callId);
    case 'busy':
      percent = request.percent;
      return undefined;
    case 'stop':
      return await gateway?.stop();
  }
}

function burn(): void {
  const busyMs = (pieceMs * percent) / 100;
  const untilMs = performance.now() + busyMs;
  while (performance.now() < untilMs) JSON.stringify({ text: 'busy'.repeat(20) });
  setTimeout(burn, pieceMs - busyMs);
}

process.on('message', (request: ServiceRequest) => {
  void answer(request).then((result) => {
    const message: ServiceAnswer = { id: request.id, result };
    process.send?.(message);
  });
});
process.once('disconnect', () => process.exit());
burn();
