import { networkInterfaces } from 'node:os';

/** Whether an interface of this computer has this address now. */
export function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address));
}
