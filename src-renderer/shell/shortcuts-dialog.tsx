import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useLayoutEffect } from 'react';
import { isMac, shortcutGroups } from '../ui/shortcuts.ts';

/** Every shortcut that works, by place. Esc closes it and gives the focus back. */
export function ShortcutsDialog(props: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useLingui();
  // Opened by a key, not by a button of its own: Fluent does not know where the focus was.
  useLayoutEffect(() => {
    if (!props.open) return undefined;
    const opener = document.activeElement;
    return () => {
      requestAnimationFrame(() => {
        if (opener instanceof HTMLElement) opener.focus();
      });
    };
  }, [props.open]);
  return (
    <Dialog
      open={props.open}
      // Gone at once, so that it cannot hold the focus back.
      surfaceMotion={null}
      onOpenChange={(_event, data) => {
        if (!data.open) props.onClose();
      }}
    >
      <DialogSurface className="keys">
        <DialogBody>
          <DialogTitle>
            <Trans>Keyboard shortcuts</Trans>
          </DialogTitle>
          {/* Scrolls in a small window, also by keyboard. */}
          <DialogContent className="keys__groups" tabIndex={0}>
            {shortcutGroups(isMac()).map((group) => (
              <section key={group.title.id}>
                <h3>{t(group.title)}</h3>
                <dl>
                  {group.rows.map((row) => (
                    <div key={row.label.id} className="keys__row">
                      <dt>{t(row.label)}</dt>
                      <dd>
                        {row.keys.map((parts) => (
                          <kbd key={parts.join(' ')}>{parts.join(' ')}</kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={props.onClose}>
              <Trans>Close</Trans>
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
