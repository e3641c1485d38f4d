import type { CacheStatsDto } from '@ergodrive/client';
import { Facts } from '../components/facts.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';

const TONES = { trusted: 'good', replaying: 'warn', down: 'bad' } as const;

/** The state of the cache, and what is in it. */
export const Cache = ({ of: stats }: { of: CacheStatsDto }) => (
  <Facts
    of={[
      [t('health.trust'), <span class={`badge ${TONES[stats.trust]}`}>{t(`health.${stats.trust}`)}</span>],
      ...(stats.reason === undefined ? [] : [[t('health.reason'), stats.reason] as const]),
      [t('health.users'), stats.cached_users],
      [t('health.tokens'), stats.blacklisted_tokens],
      [t('health.memory'), stats.memory_used],
      [t('health.counted'), stats.counted_at === null ? '–' : <When at={stats.counted_at} isAgo />],
    ]}
  />
);
