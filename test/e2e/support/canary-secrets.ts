import { randomBytes } from 'node:crypto';

/** A secret that nothing else has, in letters and digits, so that no encoding of URLs or JSON changes it. */
export const canary = (name: string) => `canary${name}${randomBytes(16).toString('hex')}`;

/** One for each place from which a secret comes. */
export const SECRETS = {
  password: canary('password'),
  newPassword: canary('new'),
  wrongPassword: canary('wrong'),
  signingKey: canary('key'),
  databasePassword: canary('database'),
  redisPassword: canary('redis'),
  collectorKey: canary('collector'),
  forgedToken: `${canary('header')}.${canary('payload')}.${canary('signature')}`,
  cookie: canary('cookie'),
  queryToken: canary('query'),
};
