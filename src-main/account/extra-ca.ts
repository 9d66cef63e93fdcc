import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM file; none for an empty name. Throws AppError `invalid` in plain words when the file
 * cannot be read, holds none or a broken one: connecting without the organization's authorities would only fail later.
 */
export function readExtraCa(file: string): readonly string[] {
  if (file === '') return [];
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new AppError(
      'invalid',
      t(
        'The file with your organization’s certificate authorities cannot be read: {file}. Check the setting, or ask your administrator.',
        { file },
      ),
      code,
    );
  }
  const blocks = content.match(pemBlock) ?? [];
  if (blocks.length === 0 || !blocks.every(isCertificate)) {
    throw new AppError(
      'invalid',
      t(
        'The file with your organization’s certificate authorities holds no valid certificates in PEM form: {file}. Ask your administrator.',
        { file },
      ),
    );
  }
  return blocks;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
