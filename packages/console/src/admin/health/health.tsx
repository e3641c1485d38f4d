import { computed } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Loaded } from '../../shared/components/loaded.js';
import { View } from '../../shared/components/view.js';
import { now } from '../../shared/now.js';
import { useResource } from '../../shared/use-resource.js';
import { changes } from '../changes.js';
import { Refresh } from '../components/refresh.js';
import { t } from '../texts.js';
import { Cache } from './cache.js';
import { Measures } from './measures.js';
import { readSummary } from './read-summary.js';
import { Summary } from './summary.js';

/** Also without an action: every 20 s. */
const version = computed(() => `${changes.value} ${now.value}`);

/** The state of the instance that answers, and of the cache. */
export function Health() {
  const summary = useResource(readSummary, version);
  const cache = useResource(() => call(() => client.api.cache.stats()), version);
  return (
    <View title={t('admin.health')} lead={t('health.lead')}>
      <div class="actions">
        <Refresh />
      </div>
      <section class="part" aria-labelledby="state">
        <h2 id="state">{t('health.state')}</h2>
        <Loaded of={summary}>{(read) => <Summary of={read} />}</Loaded>
      </section>
      <section class="part" aria-labelledby="cache">
        <h2 id="cache">{t('health.cache')}</h2>
        <Loaded of={cache}>{(stats) => <Cache of={stats} />}</Loaded>
      </section>
      <section class="part" aria-labelledby="measures">
        <h2 id="measures">{t('health.measures')}</h2>
        <Measures version={version} />
      </section>
    </View>
  );
}
