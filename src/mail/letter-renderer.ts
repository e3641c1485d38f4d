import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { parseMailFrom } from '../config/mail-from.js';
import { htmlLetter, type LetterPart, type LetterParts } from './html-letter.js';
import { letterValues } from './letter-values.js';
import { filled, linkOf } from './mail-catalog.js';
import { MailCatalogs } from './mail-catalogs.js';
import type { Letter, MailRow } from './mail-kind.js';
import type { RenderedMail } from './rendered-mail.js';

/** Writes letters in the language of their readers. */
@Injectable()
export class LetterRenderer {
  /** How mails name the service. */
  private readonly service: string;

  constructor(
    private readonly catalogs: MailCatalogs,
    { mail, name }: AppConfig,
  ) {
    this.service = parseMailFrom(mail.from).name || name;
  }

  /**
   * The mail in the language of the account, else in one that the request accepted, else in English.
   * @throws Error for a kind without texts, and for a letter that lacks a value
   */
  render({ kind, language: accepted }: Pick<MailRow, 'kind' | 'language'>, letter: Letter): RenderedMail {
    const { language, catalog, texts } = this.catalogs.choose(letter.template ?? kind, [
      letter.locale,
      accepted,
    ]);
    const values = letterValues(letter, { language, service: this.service, now: new Date() });
    const parts: LetterParts = {
      language,
      subject: filled(texts.subject, values),
      greeting: filled(values['name'] ? catalog.greeting : catalog.greeting_without_name, values),
      body: texts.body.flatMap((paragraph) => partOf(paragraph, values, letter.links)),
      addressHint: catalog.address_hint,
      footer: filled(catalog.footer, values),
    };
    return { to: letter.to, subject: parts.subject, text: textOf(parts), html: htmlLetter(parts) };
  }
}

/** A link that the letter does not have is left out. */
function partOf(
  paragraph: string,
  values: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
): LetterPart[] {
  const link = linkOf(paragraph);
  if (link === undefined) return [{ text: filled(paragraph, values) }];
  const url = links[link.placeholder];
  return url === undefined ? [] : [{ label: filled(link.label, values), url }];
}

/** Lines are as long as they are: a program that wraps them would break links. */
function textOf({ greeting, body, footer }: LetterParts): string {
  const parts = body.map((part) => ('text' in part ? part.text : `${part.label}:\n${part.url}`));
  return `${[greeting, ...parts].join('\n\n')}\n\n-- \n${footer}\n`;
}
