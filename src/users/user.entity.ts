import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** An account. `email` is normalised; see `normaliseEmail`. */
@Entity('users')
export class User {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  email: string;

  @Column('boolean', { name: 'email_verified' })
  emailVerified: boolean;

  /** `null` for an account whose owner has yet to set a password: nobody logs in by one. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash: string | null;

  @Column('text', { name: 'full_name' })
  fullName: string;

  @Column('text')
  role: string;

  @Column('boolean', { name: 'is_active' })
  isActive: boolean;

  /** Of mails, a BCP 47 language tag; `null` where the person has not said. */
  @Column('text', { nullable: true })
  locale: string | null;

  /** When it is to be erased, where somebody asked for that; such an account is not active. */
  @Column('timestamptz', { name: 'deletion_due_at', nullable: true })
  deletionDueAt: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}
