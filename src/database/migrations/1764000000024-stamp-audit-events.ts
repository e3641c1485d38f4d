import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Takes from a role that does not own the audit trail what would let it choose the number and the time of an event: an event that seems old
 * enough could be deleted at once, and a taken number makes the next event fail.
 */
export class StampAuditEvents1764000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      DECLARE grantee text;
      BEGIN
        FOR grantee IN
          SELECT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
          FROM pg_class AS class, aclexplode(class.relacl) AS acl
          WHERE class.oid = 'audit_events'::regclass AND acl.grantee <> class.relowner AND acl.privilege_type = 'INSERT'
        LOOP
          EXECUTE 'REVOKE INSERT ON audit_events FROM ' || grantee;
          EXECUTE 'GRANT INSERT (action, user_id, actor_id, session_id, ip, user_agent, details, request_id)
            ON audit_events TO ' || grantee;
        END LOOP;
      END $$;
    `);
  }

  /** The privileges that were taken are not given back. */
  async down(): Promise<void> {}
}
