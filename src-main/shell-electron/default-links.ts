import { app } from 'electron';
import { protocolNames } from './links.ts';

/**
 * Makes Parley the program that the system opens our links with, or no longer. Rejects when the system refuses one.
 * On Linux and macOS the package or bundle must name the schemes; on Windows the registry of this user is enough.
 */
export function openLinks(on: boolean): Promise<void> {
  const refused = protocolNames.filter((name) => {
    // A start with the setting on finds most of them ours already.
    if (app.isDefaultProtocolClient(name) === on) return false;
    return !(on ? app.setAsDefaultProtocolClient(name) : app.removeAsDefaultProtocolClient(name));
  });
  return refused.length === 0 ? Promise.resolve() : Promise.reject(new Error(`refused: ${refused.join(', ')}`));
}
