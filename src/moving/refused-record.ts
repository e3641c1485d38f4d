/** Why a record of a file is not imported, as the report names it. */
export type RefusalCode =
  | 'too_long'
  | 'invalid_utf8'
  | 'invalid_json'
  | 'invalid_csv'
  | 'truncated'
  | 'unknown_member'
  | 'wrong_type'
  | 'email_missing'
  | 'invalid_email'
  | 'invalid_id'
  | 'invalid_name'
  | 'invalid_time'
  | 'invalid_locale'
  | 'unknown_role'
  | 'unsupported_hash'
  | 'hash_too_costly'
  | 'weak_hash'
  | 'deleted_in_source'
  | 'duplicate_in_file'
  | 'email_taken'
  | 'id_taken'
  | 'address_reserved';

/** A record that is not imported. The others are. */
export class RefusedRecord extends Error {
  /** @param message a sentence without data of the account */
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
