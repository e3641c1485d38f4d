import 'reflect-metadata';
import { loadConfig } from '../config/load-config.js';
import { LetterRenderer } from './letter-renderer.js';
import { placeholdersOf } from './mail-catalog.js';
import { MailCatalogs } from './mail-catalogs.js';
import type { Letter } from './mail-kind.js';

const config = loadConfig({ MAIL_FROM: 'Ergodrive <no-reply@auth.example>' });
const catalogs = new MailCatalogs(config);
const renderer = new LetterRenderer(catalogs, config);
const HOUR = 3_600_000;

const letter = (change: Partial<Letter> = {}): Letter => ({
  to: 'ada@example.org',
  locale: 'en',
  values: {},
  links: { link: 'https://a.example/x#token=abc', not_me: 'https://a.example/y#token=def' },
  expiresAt: new Date(Date.now() + HOUR),
  ...change,
});
const render = (change: Partial<Letter> = {}, kind = 'reset_password', language: string | null = null) =>
  renderer.render({ kind, language }, letter(change));
/** What each kind of mails is given. */
const VALUES = {
  new_address: 'grace@example.org',
  device: 'Firefox on Linux',
  network: '192.0.2.0/24',
  time: '2026-12-02T07:05:00Z',
};
const english = catalogs.choose('reset_password', []).catalog;
const KINDS = Object.keys(english.mails);

describe('a rendered letter', () => {
  it('has each link alone on a line of the text, as it is', () => {
    const { text } = render({}, 'verify_email');
    expect(text.split('\n')).toEqual(
      expect.arrayContaining(['https://a.example/x#token=abc', 'https://a.example/y#token=def']),
    );
  });

  it('escapes every value in HTML', () => {
    const { html } = render({ values: { ...VALUES, device: `<img src="x" onerror='1'>&` } }, 'new_device');
    expect(html).not.toContain('<img');
    expect(html).toContain('&#60;img src=&#34;x&#34; onerror=&#39;1&#39;&#62;&#38;');
  });

  it('loads nothing from elsewhere, and runs nothing', () => {
    const active = /<(img|script|link|iframe|form)|src=|url\(|@import/i;
    for (const kind of KINDS) expect(render({ values: VALUES }, kind).html).not.toMatch(active);
  });

  it.each([
    ['Ada', 'Hello Ada,'],
    ['Ada\r\nBcc: x', 'Hello,'],
    ['win at evil.example', 'Hello,'],
    ['https://evil.example', 'Hello,'],
    ['evil\u202Egnp', 'Hello evil gnp,'],
    ['J. R. R. Tolkien', 'Hello J. R. R. Tolkien,'],
    ['{link}', 'Hello {link},'],
  ])('greets %j by %j', (name, greeting) =>
    expect(render({ values: { name } }).text.split('\n')[0]).toBe(greeting),
  );

  it.each([
    [30 / 60, 'en', '30 minutes'],
    [24, 'en', '24 hours'],
    [24 * 7, 'de', '7 Tage'],
    [1 / 60, 'de', '1 Minute'],
  ])('says of %d h that they are, in %s, %s', (hours, locale, words) =>
    expect(render({ locale, expiresAt: new Date(Date.now() + hours * HOUR) }).text).toContain(words),
  );

  it('writes a time in the language of the reader', () => {
    const textIn = (locale: string) => render({ values: VALUES, locale }, 'new_device').text;
    expect(textIn('de')).toContain('2. Dezember 2026 um 07:05 (UTC)');
    expect(textIn('en')).toContain('December 2, 2026 at 7:05');
  });

  it.each([
    ['de', null, 'de'],
    ['de-AT', 'en', 'de'],
    [null, 'fr,de;q', 'en'],
    [null, 'fr,DE', 'de'],
    ['fr', 'de', 'de'],
    [null, null, 'en'],
  ])('of an account with the language %s, which accepts %s, is in %s', (locale, accepted, language) =>
    expect(render({ locale }, 'reset_password', accepted).html).toContain(`<html lang="${language}">`),
  );

  it('leaves a link out that it does not have', () => {
    const { text } = render({ links: {} }, 'account_deactivated');
    expect(text).not.toContain('This was not me');
  });

  it('is refused without a value that its texts need, and without texts', () => {
    expect(() => render({}, 'new_device')).toThrow('the letter has no value for {device}');
    expect(() => render({}, 'unknown')).toThrow('no catalog has texts for mails of the kind unknown');
  });
});

describe('the texts of the service', () => {
  it('are there in German for each English one', () => {
    const { catalog } = catalogs.choose('reset_password', ['de']);
    expect(Object.keys(catalog.mails)).toEqual(KINDS);
    for (const kind of KINDS) {
      const [one, other] = [english, catalog].map(({ mails }) => mails[kind]!);
      const placeholders = [one!, other!].map(({ subject, body }) => placeholdersOf([subject, ...body]));
      expect(placeholders[1]).toEqual(placeholders[0]);
    }
  });

  it.each(KINDS)('%s fit the values that the kind gives', (kind) => {
    for (const locale of ['en', 'de']) {
      const { subject, text } = render({ values: VALUES, locale }, kind);
      expect(subject + text).not.toMatch(/[{}]/);
    }
  });
});
