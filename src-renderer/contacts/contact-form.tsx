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
import type { ReactNode } from 'react';
import { useTopic } from '../bridge/client-context.tsx';
import { groupNames } from './contact-rows.ts';
import { isBareJid, parseGroups } from './contact-form-values.ts';

export interface ContactValues {
  readonly jid: string;
  readonly name: string;
  readonly groups: string[];
}

/** The dialog in which a contact is added or edited. */
export function ContactForm(props: {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly submitLabel: ReactNode;
  readonly jid: string;
  readonly jidFixed?: boolean;
  readonly name: string;
  readonly groups: readonly string[];
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly onSubmit: (values: ContactValues) => void;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const formId = useId();
  const listId = useId();
  const roster = useTopic('roster');
  const [jid, setJid] = useState(props.jid);
  const [name, setName] = useState(props.name);
  const [groups, setGroups] = useState(props.groups.join(', '));
  const [complained, setComplained] = useState(false);
  const address = jid.trim().toLowerCase();
  const badAddress = complained && !isBareJid(address);

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
            setComplained(true);
            if (isBareJid(address)) props.onSubmit({ jid: address, name: name.trim(), groups: parseGroups(groups) });
          }}
        >
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent className="formdialog__fields">
              {props.lead !== undefined && <p className="dim">{props.lead}</p>}
              <Field
                label={t`Chat address`}
                required={props.jidFixed !== true}
                {...(badAddress ? { validationMessage: t`An address looks like name@company.com.` } : {})}
              >
                <Input
                  value={jid}
                  readOnly={props.jidFixed === true}
                  placeholder="name@company.com"
                  onChange={(_event, data) => {
                    setJid(data.value);
                  }}
                />
              </Field>
              <Field label={t`Name`} hint={t`Leave empty to take it from the directory`}>
                <Input
                  value={name}
                  maxLength={200}
                  onChange={(_event, data) => {
                    setName(data.value);
                  }}
                />
              </Field>
              <Field label={t`Groups`} hint={t`Separate several with commas`}>
                <Input
                  value={groups}
                  list={listId}
                  onChange={(_event, data) => {
                    setGroups(data.value);
                  }}
                />
              </Field>
              <datalist id={listId}>
                {groupNames(roster?.contacts ?? []).map((group) => (
                  <option key={group} value={group} />
                ))}
              </datalist>
              {props.error !== undefined && (
                <p className="c-danger" role="alert">
                  {props.error}
                </p>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={props.onClose}>
                <Trans>Cancel</Trans>
              </Button>
              <Button type="submit" appearance="primary" disabled={props.busy}>
                {props.submitLabel}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
