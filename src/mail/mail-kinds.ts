import { Injectable } from '@nestjs/common';
import type { MailKind } from './mail-kind.js';

@Injectable()
export class MailKinds {
  private readonly kinds = new Map<string, MailKind>();

  register(kind: MailKind): void {
    this.kinds.set(kind.kind, kind);
  }

  get(kind: string): MailKind | undefined {
    return this.kinds.get(kind);
  }
}
