import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Failed, Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { t } from '../../shared/language.js';
import { useAction } from '../../shared/use-action.js';

const FILE = 'personal-data.json';

/** All that the service holds about the person, as a file. */
export function Data() {
  const action = useAction(async () => {
    const outcome = await call(() => client.api.me.export());
    if (outcome.data !== undefined) save(JSON.stringify(outcome.data, null, 2));
    return outcome;
  });
  return (
    <View title={t('data.title')} lead={t('data.lead')}>
      {action.failure && <Failed failure={action.failure} />}
      {action.isDone && <Notice kind="success">{t('data.done')}</Notice>}
      <p class="hint">{t('data.hint')}</p>
      <div class="actions">
        <button
          type="button"
          class="primary"
          aria-disabled={action.isBusy}
          aria-busy={action.isBusy}
          onClick={() => void action.run()}
        >
          {t('data.button')}
        </button>
      </div>
    </View>
  );
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: FILE });
  link.click();
  URL.revokeObjectURL(url);
}
