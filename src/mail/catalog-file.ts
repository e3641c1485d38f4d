import { ConfigurationError } from '../config/configuration.error.js';
import { COMMON_TEXTS, type MailCatalog, type MailTexts, placeholdersOf } from './mail-catalog.js';

/** Placeholders that every text may have and none needs. */
const FREE = ['service', 'address', 'name'];

type Parsed = Readonly<Record<string, unknown>>;
type Rule = (words: string) => ConfigurationError;

/**
 * Reads a catalog, and adds what it leaves out from the same language of the service.
 * @param english the catalog that every other one must fit: its keys, and the placeholders of its texts
 * @param own the catalog of the service in that language, if there is one
 * @param rule makes the error from the rest of a sentence
 */
export function parseCatalog(
  text: string,
  english: MailCatalog,
  own: MailCatalog | undefined,
  rule: Rule,
): MailCatalog {
  const { mails: givenMails = {}, ...given } = parseObject(text, rule);
  const common = Object.fromEntries(
    COMMON_TEXTS.map((key) => {
      const value = Object.hasOwn(given, key) ? given[key] : own?.[key];
      if (typeof value !== 'string' || value === '') throw rule(`needs the text ${key}`);
      demandPlaceholders(key, [value], [english[key]], rule);
      return [key, value];
    }),
  );
  demandKnown(Object.keys(given), COMMON_TEXTS, '', rule);
  if (!isObject(givenMails)) throw rule('has mails that are no object');
  const mails = Object.entries(givenMails).map(([kind, value]) => {
    const needed = english.mails[kind];
    if (needed === undefined) throw rule(`has the unknown key mails.${kind}`);
    const texts = parseTexts(`mails.${kind}`, value, own?.mails[kind], rule);
    demandPlaceholders(`mails.${kind}`, wholeOf(texts), wholeOf(needed), rule);
    return [kind, texts] as const;
  });
  return { ...common, mails: { ...own?.mails, ...Object.fromEntries(mails) } } as MailCatalog;
}

function parseObject(text: string, rule: Rule): Parsed {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch {
    // The parser's message may quote the text.
  }
  throw rule('must be a JSON object');
}

function parseTexts(name: string, value: unknown, own: MailTexts | undefined, rule: Rule): MailTexts {
  if (!isObject(value)) throw rule(`has a ${name} that is no object`);
  demandKnown(Object.keys(value), ['subject', 'body'], `${name}.`, rule);
  const { subject = own?.subject, body = own?.body } = value;
  if (typeof subject !== 'string' || subject === '' || /\p{Cc}/u.test(subject))
    throw rule(`needs the text ${name}.subject, in one line`);
  const isBody = Array.isArray(body) && body.every((each) => typeof each === 'string' && each !== '');
  if (!isBody || body.length === 0) throw rule(`needs the list of paragraphs ${name}.body`);
  return { subject, body: body as string[] };
}

function demandKnown(keys: string[], known: readonly string[], prefix: string, rule: Rule): void {
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined) throw rule(`has the unknown key ${prefix}${unknown}`);
}

function demandPlaceholders(name: string, texts: string[], english: string[], rule: Rule): void {
  const [used, needed] = [placeholdersOf(texts), placeholdersOf(english)];
  for (const each of used)
    if (!needed.has(each) && !FREE.includes(each))
      throw rule(`uses the unknown placeholder ${each} in ${name}`);
  for (const each of needed)
    if (!used.has(each) && !FREE.includes(each)) throw rule(`lacks the placeholder ${each} in ${name}`);
}

const wholeOf = ({ subject, body }: MailTexts): string[] => [subject, ...body];

const isObject = (value: unknown): value is Parsed =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
