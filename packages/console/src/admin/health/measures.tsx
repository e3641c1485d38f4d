import type { ReadonlySignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Notice } from '../../shared/components/notice.js';
import { useResource } from '../../shared/use-resource.js';
import { Facts } from '../components/facts.js';
import { t } from '../texts.js';
import { type Sample, samplesOf, stateOf, sumOf } from './metrics-text.js';

/** What `/metrics` says, where the port of this page has it. */
export function Measures({ version }: { version: ReadonlySignal<unknown> }) {
  const metrics = useResource(() => call(() => client.api.health.prometheus({ parseAs: 'text' })), version);
  if (metrics.failure?.code === 'not_found')
    return <Notice kind="info">{t('health.metrics_elsewhere')}</Notice>;
  return (
    <Loaded of={metrics}>
      {(text) => (
        <>
          <p class="hint">{t('health.since_start')}</p>
          <Facts of={rowsOf(samplesOf(text))} />
        </>
      )}
    </Loaded>
  );
}

const rowsOf = (samples: readonly Sample[]) =>
  [
    [t('health.hit_ratio'), ratioOf(samples)],
    [t('health.log_state'), stateOf(samples, 'ergodrive_log_following') ?? '–'],
    [t('health.lag'), lagOf(samples)],
    [t('health.waiting_mails'), numberOf(samples, 'ergodrive_mails_waiting')],
    [
      t('health.oldest_mail'),
      t('health.seconds', { seconds: numberOf(samples, 'ergodrive_mails_oldest_waiting_seconds') }),
    ],
    [t('health.dead_mails'), numberOf(samples, 'ergodrive_mails_dead')],
    [t('health.channels'), numberOf(samples, 'ergodrive_live_channels')],
    [t('health.pool'), poolOf(samples)],
  ] as const;

const numberOf = (samples: readonly Sample[], name: string): string => String(sumOf(samples, name) ?? '–');

/** Of the requests with an access token, those for which PostgreSQL was not asked. */
function ratioOf(samples: readonly Sample[]): string {
  const all = sumOf(samples, 'ergodrive_verdicts_total') ?? 0;
  const cached = sumOf(samples, 'ergodrive_verdicts_total', 'source="cache"') ?? 0;
  if (all === 0) return '–';
  return t('health.ratio', { percent: ((100 * cached) / all).toFixed(1), count: all });
}

function lagOf(samples: readonly Sample[]): string {
  const count = sumOf(samples, 'ergodrive_invalidation_lag_seconds_count') ?? 0;
  const seconds = sumOf(samples, 'ergodrive_invalidation_lag_seconds_sum') ?? 0;
  return count === 0 ? '–' : t('health.lag_mean', { ms: ((1000 * seconds) / count).toFixed(1), count });
}

function poolOf(samples: readonly Sample[]): string {
  const used = sumOf(samples, 'ergodrive_database_pool_connections', 'state="used"') ?? '–';
  return t('health.pool_of', { used, limit: numberOf(samples, 'ergodrive_database_pool_limit') });
}
