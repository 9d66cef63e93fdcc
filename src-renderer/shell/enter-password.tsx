import { Link } from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import { PasswordDialog } from '../sign-in/password-dialog.tsx';

/** For a service that does not accept the password: enters another one. Nothing for all others. */
export function EnterPassword({ health }: { readonly health: ServiceHealth }) {
  const [isOpen, setOpen] = useState(false);
  const service = signInServices.find((name) => name === health.service);
  if (health.needsPassword !== true || service === undefined) return null;
  return (
    <>
      <Link
        as="button"
        className="strip__link"
        onClick={() => {
          setOpen(true);
        }}
      >
        <Trans>Enter password</Trans>
      </Link>
      {isOpen && (
        <PasswordDialog
          service={service}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
