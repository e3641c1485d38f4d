/** The credentials of an OAuth client of the service under test. */
export interface OAuthClient {
  id: string;
  secret: string;
}

/** The `Authorization` header of HTTP Basic. */
export const basic = ({ id, secret }: OAuthClient): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
