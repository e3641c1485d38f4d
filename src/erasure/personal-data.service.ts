import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { Problems } from '../http/problem.error.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import { ACCOUNT, EVENTS, INVITATIONS, LINKS, MAILS, SESSIONS } from './personal-data-statements.js';

const PAGE = 500;

/** The lists of the export, by their members. */
const LISTS = {
  sessions: SESSIONS,
  invitations: INVITATIONS,
  links: LINKS,
  mails: MAILS,
  events: EVENTS,
} as const satisfies Record<string, HotStatement>;

/** What is held about a person, for this person (GDPR articles 15 and 20). */
@Injectable()
export class PersonalDataService {
  private readonly exports: Limiter;

  constructor(
    private readonly statements: HotStatements,
    private readonly audit: AuditService,
    private readonly limiters: Limiters,
  ) {
    this.exports = limiters.for({ name: 'export', attempts: 5 });
  }

  /**
   * The export as JSON, read page by page while it is sent: its memory does not grow with the account.
   * @returns after the account was read; a failure after that breaks the answer off, and its JSON is not complete
   * @throws ProblemError 404, 429
   */
  async export({ id, sessionId }: Principal, by: Actor): Promise<Readable> {
    await this.limiters.demand(this.exports, id, by.redisWaits);
    const [account] = await this.statements.run<object>(ACCOUNT, [id]);
    if (account === undefined) throw Problems.notFound('User not found');
    await this.audit.note('user.data_exported', by, { userId: id, sessionId });
    return Readable.from(this.json(id, account), { objectMode: false });
  }

  private async *json(id: string, account: object): AsyncGenerator<string> {
    yield `{"exported_at":${JSON.stringify(new Date())},"account":${JSON.stringify(account)}`;
    for (const [member, statement] of Object.entries(LISTS)) {
      yield `,"${member}":[`;
      yield* this.list(statement, id);
      yield ']';
    }
    yield '}';
  }

  private async *list(statement: HotStatement, userId: string): AsyncGenerator<string> {
    let lastId: string | null = null;
    for (;;) {
      const rows: { id: string }[] = await this.statements.run(statement, [userId, lastId, PAGE]);
      const text = rows.map((row) => JSON.stringify(row)).join(',');
      if (text !== '') yield lastId === null ? text : `,${text}`;
      lastId = rows.at(-1)?.id ?? null;
      if (rows.length < PAGE) return;
    }
  }
}
