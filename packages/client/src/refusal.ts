import type { ProblemDto } from './generated/types.gen.js';

/** The code of a problem document, without using up the body. */
export async function codeOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const code = (body as Partial<ProblemDto> | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Why a token was refused; where the body of a 401 has no code, the header of RFC 6750 counts. */
export async function refusalOf(response: Response): Promise<string | undefined> {
  const code = await codeOf(response);
  if (code !== undefined) return code;
  const challenge = response.headers.get('www-authenticate') ?? '';
  return /\bBearer\b.*\berror="?invalid_token\b/i.test(challenge) ? 'token_invalid' : undefined;
}
