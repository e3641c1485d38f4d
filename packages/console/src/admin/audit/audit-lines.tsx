import type { AuditEventDto } from '@ergodrive/client';
import type { ComponentChildren } from 'preact';
import { Link } from '../../shared/components/link.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';
import { detailsOf, wordsOf } from './audit-texts.js';
import { nameOf } from './names.js';

interface Props {
  events: readonly AuditEventDto[];
  /** Whose events these are: the account is not named in each line then. */
  of?: string;
}

/** Events in words, each with its action, account, caller and address. */
export function AuditLines({ events, of }: Props) {
  if (events.length === 0) return <p class="empty">{t('audit.empty')}</p>;
  return (
    <ol class="events">
      {events.map((event) => (
        <Line key={event.id} event={event} of={of} />
      ))}
    </ol>
  );
}

function Line({ event, of }: { event: AuditEventDto; of: string | undefined }) {
  const details = detailsOf(event);
  return (
    <li>
      <p class="what">
        {wordsOf(event)} <code>{event.action}</code>
      </p>
      {details.length > 0 && <p class="why">{details.join(' · ')}</p>}
      <p class="hint from">
        <When at={event.at} />
        {event.user_id !== null && event.user_id !== of && (
          <Account name={t('audit.account')} id={event.user_id} />
        )}
        <Actor of={event} />
        {event.ip !== null && <span>{event.ip}</span>}
      </p>
    </li>
  );
}

/** What nobody can do who is signed in already: that is not worth a word. */
const BEFORE_SIGNING_IN: readonly string[] = ['session.opened', 'user.registered'];

function Actor({ of: { action, actor_id: actor, user_id: user, ip } }: { of: AuditEventDto }) {
  if (actor === null && ip !== null && BEFORE_SIGNING_IN.includes(action)) return null;
  if (actor === null) return <span>{t(ip === null ? 'audit.service' : 'audit.nobody')}</span>;
  if (actor === user) return <span>{t('audit.self')}</span>;
  return <Account name={t('audit.by')} id={actor} />;
}

const Account = ({ name, id }: { name: ComponentChildren; id: string }) => (
  <span>
    {name} <Link to={`admin/people/${id}`}>{nameOf(id)}</Link>
  </span>
);
