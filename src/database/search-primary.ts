import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { NoPrimaryError, statementErrorCode } from '../common/database-errors.js';
import type { DatabaseServer, DatabaseTarget } from '../config/database-target.js';
import { abandon } from './abandon.js';
import { AnswerDeadline } from './answer-deadline.js';
import { IS_READ_ONLY, TIMELINE } from './history.js';
import { PrimaryNotFoundError } from './primary-not-found.error.js';

/** Longest time for the answer of one host. */
const ANSWER_MS = 800;
/** How long a primary that was found waits for another one of a later timeline. */
const LATER_TIMELINE_MS = 100;
const APPLICATION_NAME = 'ergodrive-search';

const STATE = `SELECT ${IS_READ_ONLY} AS is_read_only`;
const STATE_AND_TIMELINE = `${STATE}, CASE WHEN NOT pg_is_in_recovery() THEN ${TIMELINE} END AS timeline`;

interface StateRow {
  readonly is_read_only: boolean;
  /** Missing where the server does not say it to this role. */
  readonly timeline?: string;
}

interface Candidate {
  readonly server: DatabaseServer;
  readonly timeline: string;
}

const deadline = new AnswerDeadline(ANSWER_MS);

/**
 * Asks all hosts at the same time which of them is the primary, so that a frozen host costs no time of the others. When two are, because an
 * operator left the former one running, the one that was promoted last counts.
 * @throws PrimaryNotFoundError
 */
export async function searchPrimary({ servers, client }: DatabaseTarget): Promise<DatabaseServer> {
  const found: Candidate[] = [];
  const questions = servers.map((server) => ask(server, client).then((candidate) => found.push(candidate)));
  const all = Promise.allSettled(questions);
  await Promise.any(questions).then(
    () => Promise.race([all, pause(LATER_TIMELINE_MS)]),
    () => undefined,
  );
  const latest = found
    .map(({ timeline }) => timeline)
    .sort()
    .at(-1);
  const primaries = found.filter(({ timeline }) => timeline === latest).map(({ server }) => server);
  const primary = servers.find((server) => primaries.includes(server));
  if (primary !== undefined) return primary;
  const outcomes = await all;
  throw new PrimaryNotFoundError(
    servers.map((server, index) => ({
      server,
      error: (outcomes[index] as PromiseRejectedResult).reason as unknown,
    })),
  );
}

/** @throws NoPrimaryError of a standby or a read-only server; SilentServerError; Error of the driver */
async function ask(server: DatabaseServer, config: pg.ClientConfig): Promise<Candidate> {
  const client = new pg.Client({ ...config, ...server, application_name: APPLICATION_NAME });
  client.on('error', ignore);
  try {
    const { is_read_only: isReadOnly, timeline } = await deadline.bound(stateOf(client));
    if (isReadOnly) throw new NoPrimaryError('a standby or read-only');
    void client.end().catch(ignore);
    return { server, timeline: timeline ?? '' };
  } catch (error) {
    abandon(client);
    throw error;
  }
}

/** A role may lack the right to read the timeline, and some servers have none. */
async function stateOf(client: pg.Client): Promise<StateRow> {
  await client.connect();
  const { rows } = await client.query<StateRow>(STATE_AND_TIMELINE).catch((error: unknown) => {
    if (statementErrorCode(error) === undefined) throw error;
    return client.query<StateRow>(STATE);
  });
  if (rows[0] === undefined) throw new TypeError('PostgreSQL answered without a row');
  return rows[0];
}

const ignore = (): void => undefined;
