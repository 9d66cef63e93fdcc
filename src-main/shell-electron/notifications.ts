import { Notification } from 'electron';
import type { HostNotification } from '../host.ts';

/** Notifications of the system; one with the same tag takes the place of the last. */
export class Notifications {
  readonly #shown = new Map<string, Notification>();

  /** False when this system has none. */
  show({ title, body, tag, onClick }: HostNotification): boolean {
    if (!Notification.isSupported()) return false;
    this.#shown.get(tag)?.close();
    const notification = new Notification({ title, body });
    // Held here: Electron loses clicks on a notification that was collected.
    this.#shown.set(tag, notification);
    notification.on('click', onClick);
    notification.on('close', () => {
      if (this.#shown.get(tag) === notification) this.#shown.delete(tag);
    });
    notification.show();
    return true;
  }
}
