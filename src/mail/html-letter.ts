/** A part of a letter: a paragraph, or a link with its label. */
export type LetterPart = { readonly text: string } | { readonly label: string; readonly url: string };

/** The parts of a letter, with all placeholders filled in. */
export interface LetterParts {
  readonly language: string;
  readonly subject: string;
  readonly greeting: string;
  readonly body: readonly LetterPart[];
  readonly addressHint: string;
  readonly footer: string;
}

/** Dark mode is for mail programs that ask for it; the others keep the styles of the elements. Nothing is loaded from elsewhere. */
const STYLE = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  a { overflow-wrap: anywhere; }
  @media (prefers-color-scheme: dark) {
    body, .page { background: #16181d !important; color: #e8eaed !important; }
    .card { background: #22252c !important; border-color: #3a3e47 !important; }
    .quiet, .quiet a { color: #a9afba !important; }
    .link { color: #8ab4f8 !important; }
  }
  @media (max-width: 480px) { .page { padding: 12px !important; } .card { padding: 20px !important; } }`;

const FONT = `font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif`;

/** The letter as HTML. Every text and address is escaped. */
export function htmlLetter({ language, subject, greeting, body, addressHint, footer }: LetterParts): string {
  const first = body.find((part) => 'url' in part);
  const parts = body.map((part) => {
    if ('text' in part) return paragraph(part.text);
    return part === first ? button(part, addressHint) : link(part);
  });
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(subject)}</title>
<style>${STYLE}
</style>
</head>
<body style="margin: 0; background: #f2f3f5; color: #1f2328; ${FONT};">
<div class="page" style="padding: 32px 16px; background: #f2f3f5; ${FONT}; font-size: 16px; line-height: 1.5;">
<div class="card" style="max-width: 560px; margin: 0 auto; padding: 32px; background: #ffffff; border: 1px solid #d8dbe0; border-radius: 8px;">
<h1 style="margin: 0 0 16px; font-size: 20px; line-height: 1.3;">${escaped(subject)}</h1>
${paragraph(greeting)}
${parts.join('\n')}
</div>
<p class="quiet" style="max-width: 560px; margin: 16px auto 0; padding: 0 8px; font-size: 13px; color: #59636e;">${escaped(footer)}</p>
</div>
</body>
</html>
`;
}

const paragraph = (text: string): string => `<p style="margin: 0 0 16px;">${escaped(text)}</p>`;

const link = ({ label, url }: { label: string; url: string }): string =>
  `<p style="margin: 0 0 16px;"><a class="link" href="${escaped(url)}" style="color: #0b57d0;">${escaped(label)}</a></p>`;

const button = ({ label, url }: { label: string; url: string }, hint: string): string =>
  `<p style="margin: 24px 0 12px;"><a href="${escaped(url)}" style="display: inline-block; padding: 12px 20px; background: #0b57d0; color: #ffffff; border-radius: 6px; text-decoration: none; font-weight: 600;">${escaped(label)}</a></p>
<p class="quiet" style="margin: 0 0 24px; font-size: 13px; color: #59636e;">${escaped(hint)}<br><a class="link" href="${escaped(url)}" style="color: #0b57d0; word-break: break-all;">${escaped(url)}</a></p>`;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
