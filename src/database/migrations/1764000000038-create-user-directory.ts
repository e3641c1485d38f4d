import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the SQL of a team may rely on: the view stays when the tables change. It is read only, also for the owner of the tables: the
 * changes of the service check and note more than a row has.
 */
export class CreateUserDirectory1764000000038 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW user_directory AS SELECT id, email, full_name, role, is_active FROM users;

      CREATE FUNCTION refuse_directory_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'user_directory is read only';
      END $$;
      CREATE TRIGGER user_directory_read_only INSTEAD OF INSERT OR UPDATE OR DELETE ON user_directory
        FOR EACH ROW EXECUTE FUNCTION refuse_directory_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW user_directory; DROP FUNCTION refuse_directory_change();');
  }
}
