import type { Section } from '../shared/components/signed.js';
import { Audit } from './audit/audit.js';
import { Clients } from './clients/clients.js';
import { Everybody } from './everybody.js';
import { Health } from './health/health.js';
import { Invitations } from './invitations/invitations.js';
import { People } from './people/people.js';

/** The views of `/admin`, in the order of the navigation. */
export const ADMIN_SECTIONS: readonly Section[] = [
  { path: 'admin/people', title: 'admin.people', View: People, hasMore: true },
  { path: 'admin/invitations', title: 'admin.invitations', View: Invitations, hasMore: true },
  { path: 'admin/clients', title: 'admin.clients', View: Clients, hasMore: true },
  { path: 'admin/audit', title: 'admin.audit', View: Audit },
  { path: 'admin/health', title: 'admin.health', View: Health },
  { path: 'admin/danger', title: 'admin.everybody', View: Everybody },
];
