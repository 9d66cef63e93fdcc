import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';

/** What TLS shows the server of this computer or person; as `tls.connect` takes it. Holds secrets. */
export type ClientCertificate =
  | { readonly cert: string; readonly key: string; readonly passphrase?: string }
  | { readonly pfx: Buffer; readonly passphrase?: string };

export interface ClientCertificateFiles {
  /** PEM, or PKCS #12 (RFC 7292) with the key inside. Empty: none. */
  readonly certificateFile: string;
  /** PEM; empty: the key stands in the certificate's file. */
  readonly keyFile: string;
  /** Of the key or the PKCS #12 file. */
  readonly passphrase: string | undefined;
}

/**
 * Reads and proves a client certificate; undefined without a file. Throws AppError `invalid` in plain words: connecting
 * without it would only fail later, at a server that says less.
 */
export function readClientCertificate(files: ClientCertificateFiles): ClientCertificate | undefined {
  if (files.certificateFile === '') return undefined;
  const secret = files.passphrase === undefined ? {} : { passphrase: files.passphrase };
  const content = read(files.certificateFile);
  const isPem = content.includes('-----BEGIN ');
  const certificate: ClientCertificate = isPem
    ? {
        cert: content.toString('utf8'),
        key: (files.keyFile === '' ? content : read(files.keyFile)).toString('utf8'),
        ...secret,
      }
    : { pfx: content, ...secret };
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw new AppError('invalid', whyUnusable(error, files), codeOf(error));
  }
  return certificate;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AppError(
      'invalid',
      t('The file with your client certificate cannot be read: {file}. Check the setting, or ask your administrator.', {
        file,
      }),
      codeOf(error),
    );
  }
}

/** OpenSSL says of a wrong passphrase that the text makes no sense once decrypted, or that the check sum is wrong. */
function whyUnusable(error: unknown, { certificateFile, passphrase }: ClientCertificateFiles): string {
  const text = error instanceof Error ? `${codeOf(error)} ${error.message}` : '';
  if (/bad.?decrypt|mac.?verify|bad.?password|passphrase|interrupted|cancelled|empty.?password/i.test(text)) {
    return passphrase === undefined
      ? t('The key of your client certificate has a passphrase. Enter it in Settings, under Phone.')
      : t('The passphrase of your client certificate’s key is wrong. Enter it again in Settings, under Phone.');
  }
  if (/mismatch/i.test(text)) return t('The key does not belong to your client certificate. Ask your administrator.');
  return t(
    'The file with your client certificate, or its key, is not valid: {certificateFile}. Ask your administrator.',
    { certificateFile },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
