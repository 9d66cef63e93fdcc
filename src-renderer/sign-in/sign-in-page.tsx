import type { Session } from '../../src-shared/model/session.ts';
export function SignInPage(_props: { readonly session: Session }) {
  return null;
}
