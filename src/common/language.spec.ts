import { canonicalLocale, preferredLanguage } from './language.js';

describe('preferredLanguage', () => {
  it.each([
    ['de', 'de'],
    ['en;q=0.5, de-at;q=0.9, *;q=0.1', 'de-AT'],
    ['de, en', 'de'],
    ['fr;q=0, en;q=0.2', 'en'],
  ])('takes the most preferred language of %j', (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
  });

  it.each([undefined, '', '*', 'x'.repeat(500), 'en;q=0', '\u0000', 'a b c'])(
    'answers null for a header without a usable language: %j',
    (header) => {
      expect(preferredLanguage(header)).toBeNull();
    },
  );
});

describe('canonicalLocale', () => {
  it('answers undefined for a text that is no language tag', () => {
    expect(canonicalLocale('no_tag!')).toBeUndefined();
    expect(canonicalLocale('')).toBeUndefined();
  });
});
