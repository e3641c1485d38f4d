import { Injectable } from '@nestjs/common';
import type { MailKind } from './mail-kind.js';

/** The kinds of mails that this version knows. The modules that cause mails register theirs when they are constructed. */
@Injectable()
export class MailKinds {
  private readonly kinds = new Map<string, MailKind>();

  get names(): string[] {
    return [...this.kinds.keys()];
  }

  /** A kind of the same name is replaced. */
  register(kind: MailKind): void {
    this.kinds.set(kind.kind, kind);
  }

  get(name: string): MailKind | undefined {
    return this.kinds.get(name);
  }
}
