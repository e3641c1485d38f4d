import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { decodeCursor, encodeCursor, type FeedCursor } from './feed-cursor.js';

/** Where a receiver without cursors is. */
export interface EventStream {
  readonly acknowledged: FeedCursor;
  readonly sent: FeedCursor;
  /** Identifiers of the SETs between the two that are not acknowledged. */
  readonly outstanding: ReadonlySet<string>;
}

interface StreamRow {
  acknowledged: string;
  sent: string;
  outstanding: string[];
}

const READ = 'SELECT acknowledged, sent, outstanding FROM event_streams WHERE client_id = $1';

/** With the last acknowledgement, everything up to `sent` is acknowledged. */
const ACKNOWLEDGE = `
  UPDATE event_streams SET outstanding = rest, updated_at = now(),
    acknowledged = CASE WHEN rest = '{}' THEN sent ELSE acknowledged END
  FROM (SELECT ARRAY(SELECT jti FROM event_streams, unnest(outstanding) AS jti
    WHERE client_id = $1 AND jti <> ALL($2::text[])) AS rest) AS remaining
  WHERE client_id = $1 AND outstanding <> '{}'`;

/**
 * Stores nothing when another poll of the same client has stored something meanwhile: then what this one sends is sent again. An
 * empty answer is stored once a minute, so that the position does not get older than the log.
 */
const STORE = `
  INSERT INTO event_streams AS s (client_id, acknowledged, sent, outstanding, updated_at) VALUES ($1, $3, $4, $5, now())
  ON CONFLICT (client_id) DO UPDATE SET acknowledged = $3, sent = $4, outstanding = $5, updated_at = now()
    WHERE $2::text IS NULL OR s.acknowledged = $2 AND s.outstanding = '{}'
      AND ($5::text[] <> '{}' OR s.updated_at < now() - interval '1 minute')`;

/** One stream for each client that polls without cursors: what it has acknowledged is stored. */
@Injectable()
export class EventStreams {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Acknowledges SETs and answers where the client is then. Identifiers that are not outstanding are ignored.
   * @returns `undefined` for a client that has no stream, or whose stream is in an older format
   * @throws Error of the driver
   */
  async resume(clientId: string, acknowledged: readonly string[]): Promise<EventStream | undefined> {
    if (acknowledged.length > 0) await this.dataSource.query(ACKNOWLEDGE, [clientId, acknowledged]);
    const [row] = await this.dataSource.query<StreamRow[]>(READ, [clientId]);
    if (row === undefined) return undefined;
    const [from, sent] = [decodeCursor(row.acknowledged), decodeCursor(row.sent)];
    return from && sent && { acknowledged: from, sent, outstanding: new Set(row.outstanding) };
  }

  /**
   * Stores what is sent, before it is sent.
   * @param previous where the stream was; `undefined` begins anew
   * @throws Error of the driver
   */
  async store(clientId: string, previous: EventStream | undefined, next: EventStream): Promise<void> {
    await this.dataSource.query(STORE, [
      clientId,
      previous === undefined ? null : encodeCursor(previous.acknowledged),
      encodeCursor(next.acknowledged),
      encodeCursor(next.sent),
      [...next.outstanding],
    ]);
  }
}
