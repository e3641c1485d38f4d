import { acceptedLanguages } from './accepted-languages.js';

describe('the languages of an Accept-Language header', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de-AT,de,en'],
    ['en;q=0.2, fr ;q=0.9', 'fr,en'],
    ['de;q=0, en', 'en'],
    ['*', null],
    ['', null],
    [undefined, null],
    [`<script>, de\r\nX: y, en`, 'en'],
    ['a'.repeat(100_000), null],
  ])('of %j are %j', (header, languages) => expect(acceptedLanguages(header)).toBe(languages));
});
