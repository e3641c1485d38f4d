import { execFileSync } from 'node:child_process';

export interface SystemUser {
  uid: number;
  gid: number;
}

/**
 * Who runs what refuses to run as root, as PostgreSQL does: the user `postgres`, or else `nobody`.
 * `undefined` when the tests do not run as root and need no other user.
 */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = lookUp('postgres') ?? lookUp('nobody');
  if (!user) throw new Error('running as root, with no user postgres or nobody to run PostgreSQL as');
  return user;
}

function lookUp(name: string): SystemUser | undefined {
  try {
    const id = (option: string): number =>
      Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
