import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log without notifications: `pg_notify` within a transaction makes all commits of the server take turns. Instances notify
 * after their commit instead. `log_positions` tells which transactions had ended at a time: what committed since then, however
 * long it was open, is in the rows from `horizon` on.
 */
export class ReadLogBySnapshot1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason) VALUES (kind, user_id, session_id, reason);
      END $$;

      CREATE INDEX invalidations_xid_id_idx ON invalidations (xid, id);
      DROP INDEX invalidations_xid_idx;
      DROP INDEX invalidations_created_at_idx;

      CREATE TABLE log_positions (
        history text NOT NULL,
        at timestamptz NOT NULL,
        horizon xid8 NOT NULL,
        PRIMARY KEY (history, at)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE log_positions;
      CREATE INDEX invalidations_created_at_idx ON invalidations (created_at);
      CREATE INDEX invalidations_xid_idx ON invalidations (xid);
      DROP INDEX invalidations_xid_id_idx;

      CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text) RETURNS void
      LANGUAGE plpgsql AS $$
      DECLARE row_id bigint; row_xid xid8;
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason)
          VALUES (kind, user_id, session_id, reason) RETURNING id, xid INTO row_id, row_xid;
        PERFORM pg_notify('ergodrive_invalidations', json_build_object(
          'id', row_id::text, 'xid', row_xid::text, 'at', extract(epoch FROM clock_timestamp()), 'kind', kind, 'user_id', user_id, 'session_id', session_id, 'reason', reason)::text);
      END $$;
    `);
  }
}
