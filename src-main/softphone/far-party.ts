import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { CallerIdentity } from './caller-identity.ts';
import { isSameNumber } from './dialogs/asserted-party.ts';

/** Who is known to be at the far end of one call. */
export class FarParty {
  readonly #tell: (event: DeviceCallEvent) => void;
  #number = '';

  constructor(tell: (event: DeviceCallEvent) => void) {
    this.#tell = tell;
  }

  /** The call is to this number, or comes from it. */
  begin(number: string): void {
    this.#number = number;
  }

  /** The server says who is there now; told when it is somebody else, else the name alone. */
  identified(party: CallerIdentity): void {
    if (!isSameNumber(party.number, this.#number)) {
      this.#number = party.number;
      this.#tell({ type: 'party', ...party });
    } else if (party.name !== undefined) this.#tell({ type: 'name', name: party.name });
  }
}
