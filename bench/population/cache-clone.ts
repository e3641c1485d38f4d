import type { RedisServer } from '../../test/support/redis-server.js';
import { accessId } from './token-press.js';
import { type Person, sessionId } from './person.js';

/** A key and its value with gaps where the person's own data go. */
interface Entry {
  readonly key: Template;
  readonly value: Template;
  readonly lifeMs: string;
}

/** Texts that alternate with indexes of the person's marks. */
type Template = readonly (string | number)[];

/**
 * Cache entries for any number of people, copied from those that the product itself wrote for one of them: whatever their
 * shape is, the copies have it too.
 */
export class CacheClone {
  private constructor(
    private readonly entries: readonly Entry[],
    private readonly marksOf: (person: Person) => string[],
  ) {}

  /** What Redis holds about the person, who has this many live sessions. @throws Error when it holds nothing */
  static ofUser(redis: RedisServer, original: Person, sessions: number): Promise<CacheClone> {
    return CacheClone.of(redis, original, original.id, (person) => [
      person.id,
      person.email,
      person.fullName,
      ...Array.from({ length: sessions }, (_, session) => sessionId(person, session)),
    ]);
  }

  /** What Redis holds about the revoked access token of one of the person's sessions. @throws as above */
  static ofRevocation(redis: RedisServer, original: Person, session: number): Promise<CacheClone> {
    const tokenOf = (person: Person) => accessId(sessionId(person, session));
    return CacheClone.of(redis, original, tokenOf(original), (person) => [tokenOf(person), person.id]);
  }

  private static async of(
    redis: RedisServer,
    original: Person,
    wanted: string,
    marksOf: (person: Person) => string[],
  ): Promise<CacheClone> {
    const keys = (await redis.cli('KEYS', `*${wanted}*`)) as string[];
    if (keys.length === 0) throw new Error(`Redis holds nothing about ${wanted}`);
    const marks = marksOf(original);
    const entries = keys.map(async (key) => ({
      key: templateOf(key, marks),
      value: templateOf(String(await redis.cli('GET', key)), marks),
      lifeMs: String(await redis.cli('PTTL', key)),
    }));
    return new CacheClone(await Promise.all(entries), marksOf);
  }

  /** The commands that write the person's entries. */
  *commandsFor(person: Person): Generator<string[]> {
    const marks = this.marksOf(person);
    for (const { key, value, lifeMs } of this.entries)
      yield ['SET', filled(key, marks), filled(value, marks), 'PX', lifeMs];
  }
}

function templateOf(text: string, marks: readonly string[]): Template {
  const pattern = new RegExp(
    `(${marks.map((mark) => mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`,
  );
  return text.split(pattern).map((part) => (marks.includes(part) ? marks.indexOf(part) : part));
}

function filled(template: Template, marks: readonly string[]): string {
  let text = '';
  for (const part of template) text += typeof part === 'number' ? (marks[part] ?? '') : part;
  return text;
}
