import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { certificatesOf } from './certificates.js';
import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import type { RedisCertificates } from './redis-url.js';

type FileVariable = 'REDIS_TLS_CA_FILE' | 'REDIS_TLS_CERT_FILE' | 'REDIS_TLS_KEY_FILE';

/**
 * Reads and checks the files of `REDIS_TLS_…_FILE`.
 * @param isTls whether `REDIS_URL` asks for TLS; without it the variables are refused, because they would have no effect
 * @returns undefined when no variable is set
 * @throws ConfigurationError that names the variable, and no part of a file
 */
export function loadRedisCertificates(
  environment: Environment,
  isTls: boolean,
): RedisCertificates | undefined {
  const {
    REDIS_TLS_CA_FILE: caFile,
    REDIS_TLS_CERT_FILE: certFile,
    REDIS_TLS_KEY_FILE: keyFile,
  } = environment;
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return undefined;
  if (!isTls) {
    const [name] = Object.entries({
      REDIS_TLS_CA_FILE: caFile,
      REDIS_TLS_CERT_FILE: certFile,
      REDIS_TLS_KEY_FILE: keyFile,
    })
      .filter(([, file]) => file !== undefined)
      .map(([variable]) => variable);
    throw rule(name as FileVariable, 'needs a REDIS_URL with TLS, such as rediss://');
  }
  if (certFile === undefined && keyFile !== undefined)
    throw rule('REDIS_TLS_KEY_FILE', 'needs REDIS_TLS_CERT_FILE too');
  if (keyFile === undefined && certFile !== undefined)
    throw rule('REDIS_TLS_CERT_FILE', 'needs REDIS_TLS_KEY_FILE too');
  const ca = read('REDIS_TLS_CA_FILE', caFile);
  const cert = read('REDIS_TLS_CERT_FILE', certFile);
  const key = read('REDIS_TLS_KEY_FILE', keyFile);
  if (ca !== undefined) certificatesOf(ca, (words) => rule('REDIS_TLS_CA_FILE', words));
  if (cert !== undefined && key !== undefined) demandPair(cert, key);
  return { ca, cert, key };
}

function read(name: FileVariable, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw rule(name, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function demandPair(cert: string, key: string): void {
  const [own] = certificatesOf(cert, (words) => rule('REDIS_TLS_CERT_FILE', words));
  if (!own.checkPrivateKey(privateKeyOf(key)))
    throw rule('REDIS_TLS_KEY_FILE', 'must hold the key of the first certificate in REDIS_TLS_CERT_FILE');
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const isEncrypted =
      (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE' || /ENCRYPTED/.test(pem);
    throw rule(
      'REDIS_TLS_KEY_FILE',
      isEncrypted ? 'must not be encrypted' : 'must hold a private key in PEM form',
    );
  }
}

const rule = (name: FileVariable, words: string): ConfigurationError =>
  new ConfigurationError([`${name} ${words}`]);
