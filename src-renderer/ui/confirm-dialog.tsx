import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';

/** Asks before something that cannot be taken back. Esc cancels and gives the focus back. */
export function ConfirmDialog(props: {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly confirmLabel: ReactNode;
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}) {
  return (
    <Dialog
      open
      modalType="alert"
      onOpenChange={(_event, data) => {
        if (!data.open) props.onCancel();
      }}
    >
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{props.title}</DialogTitle>
          <DialogContent>
            {props.children}
            {props.error !== undefined && (
              <p className="c-danger" role="alert">
                {props.error}
              </p>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={props.onCancel}>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              appearance="primary"
              disabledFocusable={props.busy}
              onClick={() => {
                if (!props.busy) props.onConfirm();
              }}
            >
              {props.confirmLabel}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
