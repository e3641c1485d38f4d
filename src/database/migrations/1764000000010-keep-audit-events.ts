import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Limits what a role that does not own the tables may do to the audit trail and to the list of migrations. Its setting permits the
 * deletion of audit events for the retention, which is a day or more, so events of the last day are never deleted.
 */
export class KeepAuditEvents1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND OLD.at < now() - interval '1 day'
          AND current_setting('ergodrive.audit_retention', true) = 'on' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'audit_events is append-only';
      END $$;

      -- Default privileges of deploy/postgresql/roles.sql have given them.
      DO $$
      DECLARE grantee text;
      BEGIN
        FOR grantee IN
          SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
          FROM pg_class AS class, aclexplode(class.relacl) AS acl
          WHERE class.oid IN ('audit_events'::regclass, 'migrations'::regclass) AND acl.grantee <> class.relowner
        LOOP
          EXECUTE 'REVOKE UPDATE, TRUNCATE ON audit_events FROM ' || grantee;
          EXECUTE 'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON migrations FROM ' || grantee;
        END LOOP;
      END $$;
    `);
  }

  /** Privileges are not given back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND current_setting('ergodrive.audit_retention', true) = 'on' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'audit_events is append-only';
      END $$;
    `);
  }
}
