import { safeStorage } from 'electron';
import { t } from '../../src-shared/words.ts';
import type { SecretStore } from '../host.ts';
import { KeyFileSecrets } from '../core/key-file-secrets.ts';
import { SecretFile } from '../core/secret-file.ts';

/**
 * Secrets under a key of the operating system (DPAPI, keychain, keyring). Where a Linux desktop has no keyring,
 * Electron would use a key that everybody knows: then a key file of our own is better, and it is said.
 * Only after the program is ready.
 */
export async function createSecretStore(directory: string, platform: NodeJS.Platform): Promise<SecretStore> {
  const linuxBackend = platform === 'linux' ? safeStorage.getSelectedStorageBackend() : undefined;
  if (linuxBackend === 'basic_text' || linuxBackend === 'unknown') return new KeyFileSecrets(directory);
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return new KeyFileSecrets(directory);
  return new SafeStorageSecrets(directory, backendName(platform, linuxBackend));
}

class SafeStorageSecrets implements SecretStore {
  readonly backend: string;
  readonly plainText = false;
  readonly #file: SecretFile;

  constructor(directory: string, backend: string) {
    this.backend = backend;
    this.#file = new SecretFile(directory, {
      // The name goes in with the secret: two of them cannot be swapped in the file.
      seal: async (name, secret) =>
        (await safeStorage.encryptStringAsync(JSON.stringify([name, secret]))).toString('base64'),
      unseal,
    });
  }

  get(name: string): Promise<string | undefined> {
    return this.#file.get(name);
  }

  set(name: string, secret: string): Promise<void> {
    return this.#file.set(name, secret);
  }

  delete(name: string): Promise<void> {
    return this.#file.delete(name);
  }
}

/** Undefined when the key or the user changed. */
async function unseal(name: string, sealed: string): Promise<string | undefined> {
  let value: unknown;
  try {
    const { result } = await safeStorage.decryptStringAsync(Buffer.from(sealed, 'base64'));
    value = JSON.parse(result);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value[0] !== name) return undefined;
  const secret: unknown = value[1];
  return typeof secret === 'string' ? secret : undefined;
}

function backendName(platform: NodeJS.Platform, linuxBackend: string | undefined): string {
  if (platform === 'win32') return t('Windows data protection for your account');
  if (platform === 'darwin') return t('the macOS keychain');
  return linuxBackend?.startsWith('kwallet') === true ? 'KWallet' : t('the GNOME keyring');
}
