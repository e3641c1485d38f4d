import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Link } from '../../shared/components/link.js';
import { Loaded } from '../../shared/components/loaded.js';
import { useResource } from '../../shared/use-resource.js';
import { AuditLines } from '../audit/audit-lines.js';
import { changes } from '../changes.js';
import { t } from '../texts.js';

const NEWEST = 8;

/** What happened to an account lately. */
export function PersonEvents({ id }: { id: string }) {
  const newest = useResource(
    () => call(() => client.api.audit.list({ query: { user_id: id, limit: NEWEST } })),
    changes,
  );
  return (
    <Loaded of={newest}>
      {({ events, next_cursor: next }) => (
        <>
          <AuditLines events={events} of={id} />
          {next !== null && <Link to={`admin/audit?user=${id}`}>{t('person.all_events')}</Link>}
        </>
      )}
    </Loaded>
  );
}
