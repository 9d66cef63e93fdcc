import { useEvent } from '../bridge/client-context.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import type { ShellCommands } from './shell-commands.ts';
import { openTarget } from './targets.ts';

/**
 * Shows what the service wants to tell when its shell has no notifications of its own: as one of the browser's
 * where the person allowed them, and always to a screen reader.
 */
export function useNotifications(commands: ShellCommands): void {
  const announce = useAnnounce();
  useEvent('notify.show', ({ title, body, tag, target }) => {
    announce(`${title}. ${body}`);
    if (!('Notification' in window) || Notification.permission !== 'granted') return;
    const notification = new Notification(title, { body, tag });
    notification.addEventListener('click', () => {
      window.focus();
      openTarget(target, commands);
      notification.close();
    });
  });
}
