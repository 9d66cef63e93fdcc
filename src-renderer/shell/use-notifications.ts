import { useEvent } from '../bridge/client-context.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';

/**
 * Shows what the service wants to tell when its shell has no notifications of its own: as one of the browser's
 * where the person allowed them, and always to a screen reader.
 */
export function useNotifications(open: (target: string) => void): void {
  const announce = useAnnounce();
  useEvent('notify.show', ({ title, body, tag, target }) => {
    announce(`${title}. ${body}`);
    if (!('Notification' in window) || Notification.permission !== 'granted') return;
    const notification = new Notification(title, { body, tag });
    notification.addEventListener('click', () => {
      window.focus();
      open(target);
      notification.close();
    });
  });
}
