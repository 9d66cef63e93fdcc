import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
} from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId, useState } from 'react';
import { usePlaceCall } from './use-place-call.ts';

/** What another program asks to be called. */
export interface DialRequest {
  readonly number: string;
  /** To be keyed in after the answer; a link names it, and nobody dials it by itself. */
  readonly extension?: string;
}

/** Asks before a link of another program calls. The number can still be changed. */
export function DialPrompt(props: { readonly request: DialRequest; readonly onClose: () => void }) {
  const { t } = useLingui();
  const formId = useId();
  const placeCall = usePlaceCall();
  const { extension } = props.request;
  const [number, setNumber] = useState(props.request.number);
  return (
    <Dialog
      open
      onOpenChange={(_event, data) => {
        if (!data.open) props.onClose();
      }}
    >
      <DialogSurface className="formdialog">
        <form
          id={formId}
          onSubmit={(event) => {
            event.preventDefault();
            if (number.trim() === '') return;
            placeCall(number.trim());
            props.onClose();
          }}
        >
          <DialogBody>
            <DialogTitle>
              <Trans>Call this number?</Trans>
            </DialogTitle>
            <DialogContent>
              <p>
                <Trans>It comes from a link or the clipboard. Check that it is the number you mean.</Trans>
              </p>
              <Field
                label={t`Number`}
                {...(extension === undefined ? {} : { hint: t`Extension ${extension}: key it in after the answer.` })}
              >
                <Input
                  value={number}
                  spellCheck={false}
                  onChange={(_event, data) => {
                    setNumber(data.value);
                  }}
                />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={props.onClose}>
                <Trans>Cancel</Trans>
              </Button>
              <Button appearance="primary" type="submit" form={formId}>
                <Trans>Call</Trans>
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
