/** An account that is checked and may be written. */
export interface ImportedAccount {
  readonly id: string;
  /** Whether the file gave the id, itself or by the id of the source. */
  readonly hasGivenId: boolean;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly fullName: string;
  readonly role: string;
  readonly isActive: boolean;
  readonly passwordHash: string | null;
  readonly locale: string | null;
  /** ISO 8601 with microseconds; `null` for the time of the import. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}
