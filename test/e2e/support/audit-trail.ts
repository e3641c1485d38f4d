import type { ApiClient } from '../../support/app/api-client.js';

export interface AuditEvent {
  id: string;
  at: string;
  action: string;
  user_id: string | null;
  actor_id: string | null;
  session_id: string | null;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  details: Record<string, string>;
}

export interface AuditPage {
  events: AuditEvent[];
  next_cursor: string | null;
}

export type AuditQuery = Readonly<Record<string, string | number>>;

/** The audit route, as an admin reads it. */
export class AuditTrail {
  constructor(private readonly admin: ApiClient) {}

  async page(query: AuditQuery = {}): Promise<AuditPage> {
    const { status, body } = await this.admin.get<AuditPage>(auditPath(query));
    expect(status).toBe(200);
    return body;
  }

  /** What happened to the user, newest first. */
  async of(userId: string, action?: string): Promise<AuditEvent[]> {
    return (await this.page({ user_id: userId, limit: 200, ...(action !== undefined && { action }) })).events;
  }

  /** Every page, from the newest on. @param between is done between two pages */
  async pages(query: AuditQuery, between?: () => Promise<unknown>): Promise<AuditEvent[][]> {
    const pages: AuditEvent[][] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { events, next_cursor } = await this.page({ ...query, ...(cursor !== undefined && { cursor }) });
      pages.push(events);
      await between?.();
      cursor = next_cursor;
    }
    return pages;
  }
}

export function auditPath(query: AuditQuery): string {
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `/api/v1/audit?${text.join('&')}`;
}
