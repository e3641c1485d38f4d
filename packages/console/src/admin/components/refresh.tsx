import { changed } from '../changes.js';
import { t } from '../texts.js';

/** Reads what is shown again. */
export const Refresh = () => (
  <button type="button" onClick={changed}>
    {t('list.refresh')}
  </button>
);
