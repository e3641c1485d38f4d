/** A mail as its reader sees it. */
export interface RenderedMail {
  readonly to: string;
  readonly subject: string;
  /** Links stand alone on their lines. */
  readonly text: string;
  readonly html: string;
}
