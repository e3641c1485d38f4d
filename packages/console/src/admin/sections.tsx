import type { Section } from '../shared/components/signed.js';
import { View } from '../shared/components/view.js';
import { t } from '../shared/language.js';

function Overview() {
  return (
    <View title={t('admin.title')}>
      <p class="lead">{t('admin.empty')}</p>
    </View>
  );
}

/** The views of `/admin`, in the order of the navigation. */
export const ADMIN_SECTIONS: readonly Section[] = [{ path: 'admin', title: 'admin.title', View: Overview }];
