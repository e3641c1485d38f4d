import type { RedisServer } from '../../test/support/redis/redis-server.js';
import { type BenchSession, type BenchUser, sessionId } from './bench-user.js';
import { accessId } from './token-signer.js';

interface Entry {
  readonly key: TextTemplate;
  readonly value: TextTemplate;
  readonly lifeMs: string;
}

/** Literal texts, and indexes into the list of the user's identifiers. */
type TextTemplate = readonly (string | number)[];

/** Writes cache entries for any user as copies of entries that the product wrote, so the copies have the product's format. */
export class CacheTemplate {
  private constructor(
    private readonly entries: readonly Entry[],
    private readonly identifiersOf: (user: BenchUser) => string[],
  ) {}

  /** Copies the entries of a user with `sessions` live sessions. @throws Error when Redis holds no entry of the user */
  static ofUser(redis: RedisServer, original: BenchUser, sessions: number): Promise<CacheTemplate> {
    return CacheTemplate.copy(redis, original, original.id, (user) => [
      user.id,
      user.email,
      user.fullName,
      ...Array.from({ length: sessions }, (_, number) => sessionId({ user, number })),
    ]);
  }

  /** Copies the entry of the session's revoked access token. @throws Error when Redis holds no such entry */
  static ofRevocation(redis: RedisServer, { user: original, number }: BenchSession): Promise<CacheTemplate> {
    const tokenOf = (user: BenchUser) => accessId({ user, number });
    return CacheTemplate.copy(redis, original, tokenOf(original), (user) => [tokenOf(user), user.id]);
  }

  private static async copy(
    redis: RedisServer,
    original: BenchUser,
    keyPart: string,
    identifiersOf: (user: BenchUser) => string[],
  ): Promise<CacheTemplate> {
    const keys = (await redis.cli('KEYS', `*${keyPart}*`)) as string[];
    if (keys.length === 0) throw new Error(`Redis has no key with ${keyPart}`);
    const identifiers = identifiersOf(original);
    const entries = keys.map(async (key) => ({
      key: templateOf(key, identifiers),
      value: templateOf(String(await redis.cli('GET', key)), identifiers),
      lifeMs: String(await redis.cli('PTTL', key)),
    }));
    return new CacheTemplate(await Promise.all(entries), identifiersOf);
  }

  /** The commands that write the user's entries. */
  *commandsFor(user: BenchUser): Generator<string[]> {
    const identifiers = this.identifiersOf(user);
    for (const { key, value, lifeMs } of this.entries)
      yield ['SET', render(key, identifiers), render(value, identifiers), 'PX', lifeMs];
  }
}

function templateOf(text: string, identifiers: readonly string[]): TextTemplate {
  const escaped = identifiers.map((identifier) => identifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return text
    .split(new RegExp(`(${escaped.join('|')})`))
    .map((part) => (identifiers.includes(part) ? identifiers.indexOf(part) : part));
}

function render(template: TextTemplate, identifiers: readonly string[]): string {
  let text = '';
  for (const part of template) text += typeof part === 'number' ? (identifiers[part] ?? '') : part;
  return text;
}
