import { CATALOGS, translator } from '../shared/language.js';
import de from './catalogs/de.json';
import en from './catalogs/en.json';

/** The texts of `/admin`, with those of both pages: `/account` does not load them. */
const { t, textOf } = translator({ en: { ...CATALOGS.en, ...en }, de: { ...CATALOGS.de, ...de } });

export { t, textOf };
