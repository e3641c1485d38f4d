import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexConcurrently, dropIndexConcurrently } from './concurrent-index.js';

const INDEX = 'sessions_client_idx';

/** Finds the sessions that an OAuth client opened. Databases that the unreleased version made have the index already. */
export class IndexSessionsByClient1764000000021 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const on = 'sessions (client_id) WHERE client_id IS NOT NULL AND revoked_at IS NULL';
    await createIndexConcurrently(runner, INDEX, on);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndexConcurrently(runner, INDEX);
  }
}
