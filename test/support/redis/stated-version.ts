/**
 * Lets a server state another version, for `TcpProxyOptions.rewrite`. The answer to INFO begins a chunk, with its length, and is short
 * enough to arrive in one.
 */
export function stateVersion(field: 'redis_version' | 'valkey_version', version: string) {
  return (answer: Buffer): Buffer => {
    const text = answer.toString('latin1');
    const changed = text.replace(
      new RegExp(`\\$(\\d+)(\\r\\n# Server\\r\\n[^$]*?${field}:)([^\\r]*)`),
      (_, length: string, before: string, old: string) =>
        `$${Number(length) + version.length - old.length}${before}${version}`,
    );
    return Buffer.from(changed, 'latin1');
  };
}
