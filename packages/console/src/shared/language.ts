import { computed, signal } from '@preact/signals';
import de from '../catalogs/de.json';
import en from '../catalogs/en.json';

export type TextKey = keyof typeof en;
export type Language = 'en' | 'de';
type Values = Readonly<Record<string, string | number>>;
/** The texts of each language by their keys. */
export type Catalogs<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;

export const CATALOGS: Catalogs<TextKey> = { en, de };
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };
const KEPT = 'ergodrive.console.language';

const tagsOf = Object.keys(CATALOGS) as Language[];
const isOf = (tag: string, name: Language): boolean => tag.toLowerCase().split('-')[0] === name;

function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** That which was chosen here, or the first of the browser's that the page has. */
function firstLanguage(): Language {
  const kept = readKept();
  const wanted = kept === null ? navigator.languages : [kept, ...navigator.languages];
  const found = wanted.map((tag) => tagsOf.find((name) => isOf(tag, name)));
  return found.find((name) => name !== undefined) ?? 'en';
}

export const language = signal<Language>(firstLanguage());
const locale = computed(() => navigator.languages.find((tag) => isOf(tag, language.value)) ?? language.value);

export function choose(next: Language): void {
  language.value = next;
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // Without a storage it counts until the page is left.
  }
}

/** The functions that give the texts of catalogs. */
export function translator<Key extends string>(catalogs: Catalogs<Key>) {
  /** The text of the language, with `{name}` replaced by the values. */
  const text = (key: Key, values: Values = {}): string =>
    catalogs[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );
  /** The text of a key that is made of a code of the service, or that of the other key where there is none. */
  const textOfCode = (key: string, otherwise: Key, values?: Values): string =>
    text(key in catalogs.en ? (key as Key) : otherwise, values);
  return { t: text, textOf: textOfCode };
}

export const { t, textOf } = translator(CATALOGS);

export const dateTime = (at: string | Date): string =>
  format({ dateStyle: 'medium', timeStyle: 'short' }, at);
export const time = (at: Date): string => format({ timeStyle: 'medium' }, at);

/** How long ago it was, as people say it; after a week, the date. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 60) return t('time.now');
  const [unit, size] = UNITS.find(([, each]) => seconds < each * 60 || each === DAY) ?? ['day', DAY];
  if (seconds > 7 * DAY) return dateTime(at);
  return new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' }).format(
    -Math.floor(seconds / size),
    unit,
  );
}

const DAY = 86_400;
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60],
  ['hour', 3600],
  ['day', DAY],
];

/** What a language is called in the language of the page. */
export const languageName = (tag: string): string =>
  new Intl.DisplayNames([locale.value], { type: 'language' }).of(tag) ?? tag;

function format(options: Intl.DateTimeFormatOptions, at: string | Date): string {
  return new Intl.DateTimeFormat(locale.value, options).format(new Date(at));
}
