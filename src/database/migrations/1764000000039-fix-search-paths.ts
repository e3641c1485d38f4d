import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fixSearchPath } from './search-path-of-functions.js';

/** What triggers and defaults run. `history_token()` is none of them: where it finds its tables is what the proof of a connection is about. */
const FUNCTIONS = [
  'admit_audit_event()',
  'current_session_generation()',
  'end_sessions_of_inactive_user()',
  'erase_account()',
  'keep_account_deletion()',
  'keep_session_generation()',
  'lock_session_generation()',
  'log_client_change()',
  'log_invalidation(text, uuid, uuid, text)',
  'log_invalidation(text, uuid, uuid, text, jsonb)',
  'log_invalidation(text, uuid, uuid, text, jsonb, text[])',
  'log_session_end()',
  'log_session_generation()',
  'log_session_move()',
  'log_user_change()',
  'log_user_creation()',
  'note_erased_account()',
  'queue_audit_event()',
  'refuse_audit_change()',
  'refuse_directory_change()',
  'refuse_truncate()',
  'without_erased_persons(audit_events)',
] as const;

/** A change by SQL is logged whatever `search_path` its session has. */
export class FixSearchPaths1764000000039 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await fixSearchPath(runner, FUNCTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS) await runner.query(`ALTER FUNCTION ${name} RESET search_path`);
  }
}
