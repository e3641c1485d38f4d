import { canonicalLocale } from './canonical-locale.js';

describe('canonicalLocale', () => {
  it('answers undefined for a text that is no language tag', () => {
    expect(canonicalLocale('no_tag!')).toBeUndefined();
    expect(canonicalLocale('')).toBeUndefined();
  });
});
