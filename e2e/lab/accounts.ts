import type { LabAccount } from './description.ts';

/** Domain of all addresses: XMPP, SIP, mail. `.test` is reserved (RFC 6761) and resolves nowhere. */
export const DOMAIN = 'parley.test';

/** Root of the directory tree. */
export const LDAP_SUFFIX = 'dc=parley,dc=test';

const COLLEAGUES = [
  ['alice', 'Alice', 'Hargreaves', 'Account Manager', 'Sales', undefined],
  ['bob', 'Bob', 'Okafor', 'Sales Director', 'Sales', 'Sales'],
  ['carol', 'Carol', 'Lindqvist', 'Support Lead', 'Customer Support', 'Support'],
  ['dave', 'Dave', 'Moreau', 'Field Sales', 'Sales', 'Sales'],
  ['eve', 'Eve', 'Nakamura', 'Product Designer', 'Engineering', 'Engineering'],
  ['frank', 'Frank', 'Schäfer', 'Systems Engineer', 'Engineering', 'Engineering'],
  ['grace', 'Grace', 'Adeyemi', 'Principal Engineer', 'Engineering', 'Engineering'],
  ['heidi', 'Heidi', 'Brunner', 'Key Account Manager', 'Sales', 'Sales'],
  ['ivan', 'Ivan', 'Petrović', 'Network Engineer', 'Engineering', 'Engineering'],
  ['judy', 'Judy', "O'Connor", 'Support Engineer', 'Customer Support', 'Support'],
  ['niaj', 'Niaj', 'Rahman', 'Support Engineer', 'Customer Support', 'Support'],
  ['olivia', 'Olivia', 'García Márquez', 'Sales Assistant', 'Sales', 'Sales'],
  ['peggy', 'Peggy', 'Van der Berg', 'Escalation Manager', 'Customer Support', 'Support'],
  ['mallory', 'Mallory', 'Stranger', 'Consultant', 'External', undefined],
  ['oscar', 'Oscar', 'Newcomer', 'Trainee', 'External', undefined],
] as const;

/** LDAP branch of the colleagues; the same as one of the five of the directory. */
const COLLEAGUE_BRANCH = 'Europe';
const FIRST_NUMBER = 100;

/**
 * alice is the one who signs in; twelve colleagues are in her roster; mallory and oscar have
 * accounts but are strangers to her. Passwords are fixed: the lab is on loopback and its accounts
 * are for people who read this.
 */
export const ACCOUNTS: readonly LabAccount[] = COLLEAGUES.map(
  ([user, givenName, surname, title, department, rosterGroup], index) => {
    const suffix = String(FIRST_NUMBER + index);
    return {
      user,
      password: `${user}-lab-password`,
      name: `${givenName} ${surname}`,
      givenName,
      surname,
      address: `${user}@${DOMAIN}`,
      // 020 7946 0000 to 0999 is Ofcom's range for drama: nobody is ever rung by mistake
      number: `+442079460${suffix}`,
      extension: `6${suffix}`,
      title,
      department,
      ...(rosterGroup === undefined ? {} : { rosterGroup }),
      dn: `uid=${user},ou=${COLLEAGUE_BRANCH},${LDAP_SUFFIX}`,
    };
  },
);

/** An account by its user name. @throws Error for an unknown one */
export function account(user: string): LabAccount {
  const found = ACCOUNTS.find((one) => one.user === user);
  if (found === undefined) throw new Error(`lab: no account ${user}`);
  return found;
}

/** The account that the directory is read with. */
export const LDAP_READER = { dn: `cn=reader,${LDAP_SUFFIX}`, password: 'reader-lab-password' } as const;
