import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { FreshReads } from '../common/fresh-reads.js';
import { Database } from '../database/database.js';
import { HISTORY } from '../database/history.js';
import { Problems } from '../http/problem.error.js';
import { BASE, type PageLine, ROW, SERVER_COLUMNS } from '../log/invalidation-log.js';
import { type LogStart, type Reading, RecentLog } from './recent-log.js';
import { LogPosition } from '../log/log-position.js';
import { loggedChange, type LoggedChange, type RowKey } from './logged-change.js';

/** More rows than this are not read again; they are skipped. */
const MAX_ROWS = 50_000;

/** Rows that are not in memory any more, as PostgreSQL still has them. */
export interface Backlog {
  readonly reading: Reading;
  /** After the position and before the reading, in the order of `byTransaction`. */
  readonly rows: readonly LoggedChange[];
  readonly hasMore: boolean;
}

type BacklogLine = PageLine & { is_out_of_reach: boolean };

/** Rows are removed below the horizon of the oldest position of this history that is kept. */
const BACKLOG = `
  SELECT ${ROW}, s.* FROM (
    SELECT ${SERVER_COLUMNS},
      coalesce((SELECT horizon > $6::xid8 FROM log_positions WHERE history = ${HISTORY} ORDER BY at LIMIT 1), false)
        OR (SELECT count(*) FROM (SELECT FROM invalidations WHERE xid >= $2::xid8 LIMIT ${MAX_ROWS + 1}) AS row) > ${MAX_ROWS}
        AS is_out_of_reach
    OFFSET 0) AS s LEFT JOIN (
    SELECT i.* FROM unnest($1::xid8[]) AS open(xid) CROSS JOIN LATERAL (
      SELECT * FROM invalidations WHERE xid = open.xid AND (xid, id) >= ($3::xid8, $4::bigint) ORDER BY xid, id LIMIT $5) AS i
    UNION ALL
    (SELECT * FROM invalidations WHERE xid >= $2::xid8 AND (xid, id) >= ($3::xid8, $4::bigint) ORDER BY xid, id LIMIT $5)
  ) AS r ON true ORDER BY r.xid, r.id LIMIT $5`;

/**
 * Positions are stored every ten seconds. An instance may have missed one, and a standby may lack the last ones of the primary that it
 * replaces.
 */
const EARLIER_MARGIN_MS = 20_000;

/** Where a sequence can begin, as of one statement. */
export interface StoredStart {
  readonly history: string;
  /** The newest stored position that is older than the window, else the oldest one; `undefined` when none is stored. */
  readonly start: LogStart | undefined;
  /**
   * What PostgreSQL's clock showed at most before this history, and before it was set back; milliseconds since the epoch, 0 for unknown.
   * A change from then can be missing in the log, and tokens have times of that clock.
   */
  readonly earlierMs: number;
}

interface StartLine extends QueryResultRow {
  history: string;
  at: number | null;
  horizon: string | null;
  earlier: number | null;
}

const START = `
  WITH ${BASE}
  SELECT history, (SELECT extract(epoch FROM at)::float8 * 1000 FROM base) AS at, (SELECT horizon::text FROM base) AS horizon,
    (SELECT extract(epoch FROM max(at))::float8 * 1000 FROM log_positions
      WHERE log_positions.history <> server.history OR at > clock_timestamp()) AS earlier
  FROM server`;

/**
 * Reads rows and positions of the log that are not in memory. The embedded database keeps none. Receivers that come back at the same
 * time share reads, and reads take turns: requests need the connections of the pool too.
 */
@Injectable()
export class LogArchive {
  private readonly backlogs = new FreshReads<Backlog | undefined>();
  private readonly starts = new FreshReads<StoredStart>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly recent: RecentLog,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /**
   * Reads the rows after a position.
   * @param from the first row to read
   * @returns `undefined` when rows after the position may have been removed, or when there are too many of them
   * @throws Error of the driver, and ProblemError 503 while the log is not read
   */
  async read(position: LogPosition, from: RowKey, limit: number): Promise<Backlog | undefined> {
    if (this.database.isEmbedded) return undefined;
    const { next, underWay, oldest } = position;
    const values = [underWay, next, String(from.xid), String(from.id), limit + 1, String(oldest)];
    return this.backlogs.read(values.join(), async () => {
      const beganAt = performance.now();
      const lines = await this.query<BacklogLine>(BACKLOG, values);
      return backlogOf(lines, limit, beganAt);
    });
  }

  /**
   * What the stored positions say about the begin of a sequence.
   * @returns `undefined` for the embedded database
   * @throws Error of the driver, and ProblemError 503 while the log is not read
   */
  async start(windowSeconds: number): Promise<StoredStart | undefined> {
    if (this.database.isEmbedded) return undefined;
    return this.starts.read(String(windowSeconds), async () => {
      const [line] = await this.query<StartLine>(START, [windowSeconds]);
      if (line === undefined) throw new TypeError('PostgreSQL answered without a row');
      const { history, at, horizon, earlier } = line;
      const isStored = at !== null && horizon !== null;
      const start = isStored
        ? { history, position: new LogPosition(horizon, []), coveredFromMs: at }
        : undefined;
      return { history, start, earlierMs: earlier === null ? 0 : earlier + EARLIER_MARGIN_MS };
    });
  }

  private query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    const answer = this.last.then(() => {
      if (this.recent.reading === undefined) throw Problems.unavailable('The log of changes cannot be read');
      return this.dataSource.query<Row[]>(text, values);
    });
    this.last = answer.catch(() => undefined);
    return answer;
  }
}

function backlogOf(lines: readonly BacklogLine[], limit: number, beganAt: number): Backlog | undefined {
  const [server] = lines;
  if (server === undefined) throw new TypeError('PostgreSQL answered without a row');
  if (server.is_out_of_reach) return undefined;
  const { history, snapshot, database_ms: databaseMs } = server;
  const rows = lines.flatMap((line) => (line.id === null ? [] : [loggedChange(line, databaseMs)]));
  return {
    reading: { history, position: LogPosition.parse(snapshot), beganAt, databaseMs },
    rows: rows.slice(0, limit),
    hasMore: rows.length > limit,
  };
}
