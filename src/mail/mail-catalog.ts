/** Texts that every mail of a language has. */
export const COMMON_TEXTS = ['greeting', 'greeting_without_name', 'address_hint', 'footer'] as const;
type CommonText = (typeof COMMON_TEXTS)[number];

/** The texts of one kind of mails. */
export interface MailTexts {
  readonly subject: string;
  /** Paragraphs. One that is `[label](placeholder)` is a link. */
  readonly body: readonly string[];
}

/** The texts of one language: a file such as `en.json`. */
export type MailCatalog = Readonly<Record<CommonText, string>> & {
  readonly mails: Readonly<Record<string, MailTexts>>;
};

const LINK = /^\[(.+)\]\((\w+)\)$/;
const PLACEHOLDER = /\{(\w+)\}/g;

/** A paragraph that is a link; `undefined` for other ones. */
export function linkOf(paragraph: string): { label: string; placeholder: string } | undefined {
  const [, label, placeholder] = LINK.exec(paragraph) ?? [];
  return label !== undefined && placeholder !== undefined ? { label, placeholder } : undefined;
}

/** The placeholders in texts, links included. */
export function placeholdersOf(texts: readonly string[]): Set<string> {
  const links = texts.flatMap((text) => linkOf(text)?.placeholder ?? []);
  return new Set([
    ...links,
    ...texts.flatMap((text) => [...text.matchAll(PLACEHOLDER)].flatMap(([, name]) => name ?? [])),
  ]);
}

/**
 * The text with values in the place of its placeholders.
 * @throws Error where a value is missing
 */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (_whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`the letter has no value for {${name}}`);
    return value;
  });
}
