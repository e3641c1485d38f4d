import type { HealthSummaryDto } from '@ergodrive/client';
import { Notice } from '../../shared/components/notice.js';
import { Facts } from '../components/facts.js';
import { t } from '../texts.js';

const TONES = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' } as const;
const HOUR = 3600;

/** What `/health` says. Its details may be on the management port alone. */
export function Summary({ of: { status, database, redis, ...about } }: { of: HealthSummaryDto }) {
  const state = <span class={`badge ${TONES[status]}`}>{t(`health.${status}`)}</span>;
  if (database === undefined)
    return (
      <>
        <Facts of={[[t('health.service'), state]]} />
        <Notice kind="info">{t('health.elsewhere')}</Notice>
      </>
    );
  const hours = ((about.uptime_seconds ?? 0) / HOUR).toFixed(1);
  return (
    <Facts
      of={[
        [t('health.service'), state],
        [t('health.version'), `${about.version ?? ''} (${about.environment ?? ''})`],
        [t('health.uptime'), t('health.hours', { hours })],
        [
          'PostgreSQL',
          [t(`health.${database.status}`), database.version, database.reason].filter(Boolean).join(' · '),
        ],
        [t('health.log'), t(database.following_log ? 'health.followed' : 'health.not_followed')],
        [t('health.notifications'), t(`health.${notificationsOf(database.notifications)}`)],
        [
          'Redis',
          redis
            ? [t(`health.${redis.status}`), redis.valkey_version ?? redis.redis_version]
                .filter(Boolean)
                .join(' · ')
            : '',
        ],
      ]}
    />
  );
}

const notificationsOf = (state: 'unproven' | 'delivered' | 'not delivered' = 'unproven') =>
  state === 'not delivered' ? 'not_delivered' : state;
