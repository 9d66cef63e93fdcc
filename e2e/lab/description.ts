import { readFileSync } from 'node:fs';
import { z } from 'zod';

const port = z.int().min(1).max(65_535);

const accountSchema = z.object({
  user: z.string().min(1),
  password: z.string(),
  name: z.string(),
  givenName: z.string(),
  surname: z.string(),
  /** XMPP address, mail address and (with `sip:` before it) SIP address of record. */
  address: z.string(),
  /** E.164 number, dialable. */
  number: z.string(),
  /** Short number, dialable. */
  extension: z.string(),
  title: z.string(),
  department: z.string(),
  /** Group of alice's roster that the person is in; missing: not in her roster. */
  rosterGroup: z.string().exactOptional(),
  /** DN for a bind with the person's own password. */
  dn: z.string(),
});

const phoneSchema = z.object({
  user: z.string(),
  number: z.string(),
  extension: z.string(),
  /** `tone`: plays one and records what it hears; `echo`: sends back what it hears. */
  sound: z.enum(['tone', 'echo']),
  /** Frequency of the tone. */
  hz: z.number().exactOptional(),
  answerMode: z.enum(['auto', 'manual']),
});

const descriptionSchema = z.object({
  domain: z.string().min(1),
  /** PEM file of the authority to trust; null: the system's trust store. */
  caPath: z.string().nullable(),
  accounts: z.array(accountSchema).min(1),
  xmpp: z
    .object({
      host: z.string(),
      /** Client port with STARTTLS. */
      port,
      directTlsPort: port.exactOptional(),
      /** Domain of the rooms. */
      conference: z.string().exactOptional(),
      /** Users that are online and answer chat. */
      colleagues: z.array(z.string()),
    })
    .exactOptional(),
  sip: z
    .object({
      host: z.string(),
      udpPort: port.exactOptional(),
      tcpPort: port.exactOptional(),
      tlsPort: port.exactOptional(),
      /** `ws://` and `wss://`, sub-protocol `sip`. */
      wsUrl: z.string().exactOptional(),
      wssUrl: z.string().exactOptional(),
      phones: z.array(phoneSchema),
    })
    .exactOptional(),
  ldap: z
    .object({
      host: z.string(),
      /** Plain port, with StartTLS. */
      port,
      tlsPort: port.exactOptional(),
      suffix: z.string(),
      searchBases: z.array(z.string()),
      reader: z.object({ dn: z.string(), password: z.string() }),
      /** Number of people, where known. */
      people: z.int().exactOptional(),
    })
    .exactOptional(),
  imap: z
    .object({
      host: z.string(),
      /** Plain port, with STARTTLS. */
      port,
      tlsPort: port.exactOptional(),
      mailbox: z.string(),
    })
    .exactOptional(),
});

/** One person: the same user name and password on every service. */
export type LabAccount = z.infer<typeof accountSchema>;
export type PhoneDescription = z.infer<typeof phoneSchema>;

/**
 * Where a lab is and who may sign in: what `npm run lab -- --json` prints, and what a file named by
 * PARLEY_LAB gives for servers of one's own. A service that is missing is not there.
 */
export type LabDescription = z.infer<typeof descriptionSchema>;

/** Environment variable that names a file of this shape. */
export const LAB_FILE_VARIABLE = 'PARLEY_LAB';

/**
 * Reads the description of servers of one's own.
 * @throws Error naming what is wrong with the file
 */
export function labFromFile(path: string): LabDescription {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${LAB_FILE_VARIABLE}: ${path} cannot be read as JSON: ${String(error)}`, { cause: error });
  }
  const result = descriptionSchema.safeParse(parsed);
  if (!result.success) {
    throw new Error(`${LAB_FILE_VARIABLE}: ${path} describes no lab:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}
