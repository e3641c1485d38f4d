/** A picture as it is sent. */
export interface Logo {
  readonly type: string;
  readonly content: Buffer;
}

/** How the pages of the service look. */
export interface ConsoleConfig {
  readonly name: string;
  readonly logo: Logo | undefined;
  /** Of buttons and links, as `#rrggbb`, on light and on dark pages. */
  readonly color: { readonly light: string; readonly dark: string };
}
