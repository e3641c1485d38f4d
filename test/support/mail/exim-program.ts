import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDebianPackages } from '../process/debian-package.js';
import type { SystemUser } from '../process/unprivileged-user.js';

/** Runs a command. */
export interface Program {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Exim of Debian, unpacked into a folder: a machine may have another mail server, which an installation would remove. Exim demands the
 * user that the installation makes; nss_wrapper gives that name to the user who runs it.
 */
export async function unpackExim(folder: string, { uid, gid }: SystemUser): Promise<Program> {
  await unpackDebianPackages(folder, ['exim4-daemon-light', 'libnss-wrapper']);
  const command = join(folder, 'usr/sbin/exim4');
  // The package has it setuid root: it would ignore the variables below.
  await chmod(command, 0o755);
  const [passwd, group] = [join(folder, 'passwd'), join(folder, 'group')];
  await writeFile(passwd, `root:x:0:0::/:/bin/sh\nDebian-exim:x:${uid}:${gid}::/:/bin/sh\n`);
  await writeFile(group, `Debian-exim:x:${gid}:\n`);
  const libraries = (await readdir(join(folder, 'usr/lib'))).map((name) => join(folder, 'usr/lib', name));
  return {
    command,
    env: {
      LD_LIBRARY_PATH: libraries.join(':'),
      LD_PRELOAD: 'libnss_wrapper.so',
      NSS_WRAPPER_PASSWD: passwd,
      NSS_WRAPPER_GROUP: group,
    },
  };
}
