/** The oldest that the service uses, as [major, minor]. Named in docs/redis.md. */
const OLDEST = { redis: [6, 2], valkey: [7, 2] } as const;

/** The value of a line of INFO. */
export const infoField = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();

/**
 * Checks the version that a server states. Valkey states a version of Redis too, for clients that know Redis alone.
 * @param info the server section of INFO
 * @throws Error that names the version and the one that is needed
 */
export function requireVersion(info: string): void {
  const isValkey = infoField(info, 'server_name') === 'valkey';
  const name = isValkey ? 'Valkey' : 'Redis';
  const version = infoField(info, isValkey ? 'valkey_version' : 'redis_version');
  const [major, minor] = OLDEST[isValkey ? 'valkey' : 'redis'];
  const stated = /^(\d+)\.(\d+)/.exec(version ?? '');
  const needed = `${name} ${major}.${minor} or newer is needed`;
  if (stated === null) throw new Error(`the server states no version of ${name}, and ${needed}`);
  const [, ownMajor, ownMinor] = stated.map(Number) as [number, number, number];
  if (ownMajor < major || (ownMajor === major && ownMinor < minor))
    throw new Error(`the server is ${name} ${version}, and ${needed}`);
}
