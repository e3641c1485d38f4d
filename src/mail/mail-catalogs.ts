import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { readText } from '../config/secret-files.js';
import { parseCatalog } from './catalog-file.js';
import type { MailCatalog, MailTexts } from './mail-catalog.js';

const FILE_NAME = /^([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.json$/;
const MAX_BYTES = 1_048_576;

/** The texts that a mail of some kind has for a reader. */
export interface ChosenTexts {
  readonly language: string;
  readonly catalog: MailCatalog;
  readonly texts: MailTexts;
}

/** The texts of mails by language: those of the service, with the files of `MAIL_CATALOGS_DIR` on top. Read once, at start. */
@Injectable()
export class MailCatalogs {
  private readonly english = shipped('en');
  private readonly catalogs = new Map([
    ['en', this.english],
    ['de', shipped('de')],
  ]);

  /** @throws ConfigurationError that names the file and what is wrong with it */
  constructor({ mail: { catalogsDir } }: AppConfig) {
    if (catalogsDir !== undefined) this.addFiles(catalogsDir);
  }

  /** Tags of the languages that have texts. */
  get languages(): string[] {
    return [...this.catalogs.keys()];
  }

  /**
   * The texts in the first of the languages that has them, and in English otherwise. `de-AT` also finds `de`.
   * @param languages tags with commas between, the most preferred first; `null` has no effect
   * @throws Error for a kind without texts
   */
  choose(kind: string, languages: readonly (string | null)[]): ChosenTexts {
    const tags = languages.flatMap((list) => list?.split(',') ?? []);
    const wanted = tags.flatMap((tag) => [tag, tag.replace(/-.*/, '')]);
    for (const tag of [...wanted, 'en']) {
      const language = this.named(tag);
      const catalog = language === undefined ? undefined : this.catalogs.get(language);
      const texts = catalog?.mails[kind];
      if (language !== undefined && catalog !== undefined && texts !== undefined)
        return { language, catalog, texts };
    }
    throw new Error(`no catalog has texts for mails of the kind ${kind}`);
  }

  private named(tag: string): string | undefined {
    return [...this.catalogs.keys()].find((name) => name.toLowerCase() === tag.toLowerCase());
  }

  private addFiles(folder: string): void {
    for (const name of namesIn(folder)) {
      const rule = (words: string) => new ConfigurationError([`MAIL_CATALOGS_DIR: ${name} ${words}`]);
      const [, language] = FILE_NAME.exec(name) ?? [];
      if (language === undefined) throw rule('must be named by a language, such as fr.json');
      const text = readText(join(folder, name), MAX_BYTES, rule);
      const own = this.catalogs.get(language);
      this.catalogs.set(language, parseCatalog(text, shipped('en'), own, rule));
    }
  }
}

/** Volumes of Kubernetes have entries of their own, whose names begin with a dot. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (error) {
    throw new ConfigurationError([
      `MAIL_CATALOGS_DIR must be a folder that can be read (${(error as NodeJS.ErrnoException).code})`,
    ]);
  }
}

function shipped(language: string): MailCatalog {
  const file = new URL(`./catalogs/${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as MailCatalog;
}
