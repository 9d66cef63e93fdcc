import { Link } from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';

/** For a service that does not accept the password: asks for another one. Nothing for all others. */
export function EnterPassword(props: {
  readonly health: ServiceHealth;
  readonly onEnter: (service: SignInService) => void;
}) {
  const { health, onEnter } = props;
  const service = signInServices.find((name) => name === health.service);
  if (health.needsPassword !== true || service === undefined) return null;
  return (
    <Link
      as="button"
      className="strip__link"
      onClick={() => {
        onEnter(service);
      }}
    >
      <Trans>Enter password</Trans>
    </Link>
  );
}
