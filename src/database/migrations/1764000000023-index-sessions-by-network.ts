import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexConcurrently, dropIndexConcurrently } from './concurrent-index.js';

const INDEX = 'sessions_user_network_idx';

/** Tells from where an account was logged into without reading all its sessions. */
export class IndexSessionsByNetwork1764000000023 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Of addresses in the spelling in which they are stored; other text is its own network.
    await runner.query(`
      CREATE OR REPLACE FUNCTION network_of(ip text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE
          WHEN ip ~ '^[0-9a-f]*:[0-9a-f:]+$' THEN host(network(set_masklen(ip::inet, 64)))
          ELSE ip
        END
      $$`);
    await createIndexConcurrently(runner, INDEX, 'sessions (user_id, network_of(ip)) WHERE ip IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndexConcurrently(runner, INDEX);
    await runner.query('DROP FUNCTION network_of(text)');
  }
}
