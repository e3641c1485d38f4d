import { expectSafety } from '../../support/safety.js';
import { sql } from '../../support/postgres/sql.js';
import { type RedisReply, withRedis } from '../../support/redis/redis-connection.js';

/** Where something was found, and the text there. */
export type Place = readonly [where: string, text: string];

/** The places that hold one of the texts, as it is or in base64 or hexadecimal digits. */
export function searchText(places: readonly Place[], needles: readonly string[]): string[] {
  const forms = needles.flatMap((needle) => [
    needle,
    Buffer.from(needle).toString('base64').replace(/=+$/, ''),
    Buffer.from(needle).toString('base64url'),
    Buffer.from(needle).toString('hex'),
  ]);
  return places.filter(([, text]) => forms.some((form) => text.includes(form))).map(([where]) => where);
}

/** Expects that none of the places holds one of the texts. @param known a text that is there, without which a search that finds nothing at all would pass */
export function expectNowhere(places: readonly Place[], needles: readonly string[], known?: string): void {
  if (known !== undefined) expect(searchText(places, [known])).not.toEqual([]);
  expectSafety(() => expect(searchText(places, needles)).toEqual([]));
}

/** Every key and value of the URL's Redis database. */
export async function searchRedis(url: string): Promise<Place[]> {
  return withRedis(url, async ({ send }) => {
    const places: Place[] = [];
    let cursor = '0';
    do {
      const [next, keys] = (await send('SCAN', cursor, 'COUNT', '1000')) as [string, string[]];
      for (const key of keys) places.push([`Redis ${key}`, `${key} ${flat(await read(send, key))}`]);
      cursor = next;
    } while (cursor !== '0');
    return places;
  });
}

const READS: Readonly<Record<string, readonly string[]>> = {
  string: ['GET'],
  hash: ['HGETALL'],
  list: ['LRANGE', '0', '-1'],
  set: ['SMEMBERS'],
  zset: ['ZRANGE', '0', '-1'],
  stream: ['XRANGE', '-', '+'],
};

async function read(send: (...command: string[]) => Promise<RedisReply>, key: string): Promise<RedisReply> {
  const type = String(await send('TYPE', key));
  // An entry may expire between the two commands.
  if (type === 'none') return '';
  const [command, ...rest] = READS[type] ?? [];
  if (command === undefined) throw new Error(`no way to read ${key}, a ${type}`);
  return send(command, key, ...rest);
}

function flat(reply: RedisReply): string {
  return Array.isArray(reply) ? reply.map(flat).join(' ') : String(reply);
}

const TABLES = `
  SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;

/**
 * Every row of every table as text, but for the column of the password hashes; and the statements and names that PostgreSQL
 * shows of its connections.
 */
export async function searchPostgres(url: string): Promise<Place[]> {
  const tables = await sql<{ name: string }>(url, TABLES);
  const read = async (name: string): Promise<Place[]> => {
    const rows = await sql<{ row: string }>(url, `SELECT (to_jsonb(t) - $1)::text AS row FROM ${name} t`, [
      name === 'public.users' ? 'password_hash' : '',
    ]);
    return rows.map(({ row }) => [name, row]);
  };
  const activity = await sql<{ row: string }>(url, 'SELECT to_jsonb(a)::text AS row FROM pg_stat_activity a');
  const places = await Promise.all(tables.map(({ name }) => read(name)));
  return [...places.flat(), ...activity.map(({ row }): Place => ['pg_stat_activity', row])];
}

/** The password hashes of all accounts. */
export async function hashesIn(url: string): Promise<string[]> {
  const rows = await sql<{ password_hash: string }>(url, 'SELECT password_hash FROM users');
  return rows.map(({ password_hash }) => password_hash);
}
