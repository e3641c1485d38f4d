import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { AppConfig } from '../../src/config/app-config.js';
import { Database } from '../../src/database/database.js';

const UPDATE = 'UPDATE sessions SET last_used_at = now() WHERE id = $1';

/** Executes single indexed UPDATEs with a pool of the product's size. Their rate is the upper limit for refreshes. */
@Injectable()
export class BareUpdates {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  /** @returns updates per second, with `concurrency` updates at a time, each of another session */
  async run(durationMs: number, concurrency: number): Promise<number> {
    const { requests } = this.database;
    const server = await requests.find();
    const pool = new pg.Pool({ ...requests.target.client, ...server, max: this.config.database.poolSize });
    try {
      const { rows } = await pool.query<{ id: string }>(
        'SELECT id FROM sessions ORDER BY random() LIMIT 5000',
      );
      let next = 0;
      const update = async (): Promise<void> => {
        await pool.query(UPDATE, [rows[next++ % rows.length]?.id]);
      };
      await Promise.all(Array.from({ length: concurrency }, update));
      const startedAt = performance.now();
      const before = next;
      const until = startedAt + durationMs;
      const work = async (): Promise<void> => {
        while (performance.now() < until) await update();
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return ((next - before) * 1000) / (performance.now() - startedAt);
    } finally {
      await pool.end();
    }
  }
}
