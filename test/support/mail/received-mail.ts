/** A mail as a server got it. */
export interface ReceivedMail {
  /** Of the envelope. */
  readonly from: string;
  readonly to: string;
  /** The user who logged in; empty without one. */
  readonly user: string;
  readonly isEncrypted: boolean;
  readonly raw: string;
}

/** A header of the mail, with its lines joined; empty without one. */
export function headerOf({ raw }: Pick<ReceivedMail, 'raw'>, name: string): string {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const line = lines.find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

/** The same, with encoded words of UTF-8 decoded (RFC 2047). */
export function decodedHeaderOf(mail: Pick<ReceivedMail, 'raw'>, name: string): string {
  return headerOf(mail, name)
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, encoding: string, text: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : unquoted(text.replaceAll('_', ' ')),
    );
}

/** The part of a type, such as `text/plain`, decoded. */
export function partOf({ raw }: Pick<ReceivedMail, 'raw'>, type: string): string {
  const parts = raw.split(/\r\n--[^\r\n]+(?:\r\n|--)/);
  const part = parts.find((each) =>
    new RegExp(`^content-type: ${type}`, 'im').test(each.split('\r\n\r\n', 1)[0]!),
  );
  if (part === undefined) throw new Error(`the mail has no part ${type}`);
  const content = part.slice(part.indexOf('\r\n\r\n') + 4);
  const encoding = headerOf({ raw: part }, 'Content-Transfer-Encoding').toLowerCase();
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return content.replaceAll('\r\n', '\n');
  return unquoted(content).replaceAll('\r\n', '\n');
}

/** Of quoted-printable text. */
function unquoted(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The addresses in the plain text of a mail. */
export const linksOf = (mail: Pick<ReceivedMail, 'raw'>): string[] =>
  partOf(mail, 'text/plain').match(/https?:\/\/\S+/g) ?? [];
