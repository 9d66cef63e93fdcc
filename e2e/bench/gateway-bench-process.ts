/** The measuring process of the gateway bench: sends each figure to its parent, then an empty message. */
import { measureGateway } from './gateway.ts';

await measureGateway((figure) => {
  process.send?.({ figure });
});
process.send?.({});
