import { call } from '../shared/call.js';
import { client } from '../shared/client.js';
import { View } from '../shared/components/view.js';
import { Danger } from './components/danger.js';
import { t } from './texts.js';

/** What ends the sessions of everybody. */
export const Everybody = () => (
  <View title={t('admin.everybody')}>
    <section class="zone" aria-labelledby="everybody">
      <h2 id="everybody">{t('everybody.title')}</h2>
      <p>{t('everybody.lead')}</p>
      <Danger
        button={t('everybody.button')}
        title={t('everybody.question')}
        confirm={t('everybody.confirm')}
        done={t('everybody.done')}
        word={t('everybody.word')}
        send={() => call(() => client.api.allSessions.endEverybody())}
      >
        <p>{t('everybody.text')}</p>
        <p>{t('everybody.text_own')}</p>
        <p>{t('everybody.text_passwords')}</p>
      </Danger>
    </section>
  </View>
);
