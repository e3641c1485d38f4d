import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { serviceBinary } from '../process/service-binary.js';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];

/** Paths of a certificate and its key, both in PEM form. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A private authority that lives as long as a suite. */
export class CertificateAuthority {
  private issued = 0;

  private constructor(
    private readonly folder: string,
    private readonly openssl: string,
    private readonly own: Certificate,
  ) {}

  static async create(): Promise<CertificateAuthority> {
    const folder = await makeTemporaryDirectory('certificates');
    const openssl = await serviceBinary({ names: ['openssl'], debianPackage: 'openssl' });
    const own = { cert: join(folder, 'ca.pem'), key: join(folder, 'ca-key.pem') };
    const files = ['-keyout', own.key, '-out', own.cert];
    const authority = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    await run(openssl, [
      'req',
      '-x509',
      ...NEW_KEY,
      ...files,
      ...authority,
      '-subj',
      '/CN=Test CA',
      '-days',
      '2',
    ]);
    return new CertificateAuthority(folder, openssl, own);
  }

  /** The path of its certificate. */
  get cert(): string {
    return this.own.cert;
  }

  /** Issues a certificate. @param names as OpenSSL writes them: `IP:127.0.0.1`, `DNS:localhost` */
  async issue(...names: [string, ...string[]]): Promise<Certificate> {
    this.issued += 1;
    const issued = {
      cert: join(this.folder, `${this.issued}.pem`),
      key: join(this.folder, `${this.issued}-key.pem`),
    };
    const files = ['-keyout', issued.key, '-out', issued.cert];
    const signer = ['-CA', this.own.cert, '-CAkey', this.own.key];
    const leaf = [
      '-addext',
      'basicConstraints=critical,CA:FALSE',
      '-addext',
      `subjectAltName=${names.join(',')}`,
    ];
    await run(this.openssl, [
      'req',
      '-x509',
      ...signer,
      ...NEW_KEY,
      ...files,
      ...leaf,
      '-subj',
      '/CN=test',
      '-days',
      '2',
    ]);
    return issued;
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.folder);
  }
}
