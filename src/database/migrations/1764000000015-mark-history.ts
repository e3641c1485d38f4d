import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The token of the history, with a mark that no recovery leaves: PostgreSQL empties an unlogged table in each of them, also after the
 * crash of one of its processes, which gives transaction ids out again under the same postmaster. A standby cannot even plan a query of
 * that table, so the function plans it where it is no standby.
 */
export class MarkHistory1764000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE history_mark (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        mark uuid NOT NULL DEFAULT gen_random_uuid()
      );

      CREATE FUNCTION history_token() RETURNS text LANGUAGE plpgsql STABLE AS $$
      BEGIN
        IF pg_is_in_recovery() THEN RETURN ''; END IF;
        RETURN coalesce((
          SELECT left(md5(concat_ws('/', extract(epoch FROM pg_postmaster_start_time()),
            (SELECT oid FROM pg_database WHERE datname = current_database()), 'users'::regclass::oid, 'sessions'::regclass::oid,
            mark)), 12)
          FROM history_mark), '');
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION history_token();
      DROP TABLE history_mark;
    `);
  }
}
