import 'reflect-metadata';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER_URL: 'https://auth.example.org',
  DATABASE_URL: 'postgresql://db/x',
};

const load = (variables: Record<string, string>) => loadConfig({ JWT_SECRET: SECRET, ...variables });

const problemsOf = (variables: Record<string, string>) =>
  problemsOfConfiguration({ JWT_SECRET: SECRET, ...variables });

describe('the configuration of passwords', () => {
  it('refuses an admin whose password the rules refuse', () => {
    const admin = { ADMIN_EMAIL: 'root.admin@example.org' };
    for (const [password, variables, rule] of [
      ['1234567', {}, 'must have 8 to 128 characters'],
      ['x'.repeat(14), { PASSWORD_MIN_LENGTH: '15' }, 'must have 15 to 128 characters'],
      ['Root.Admin', {}, 'must not be the e-mail address'],
      ['Administrator', {}, 'must not be the e-mail address'],
      ['Ergodrive2026', {}, 'must have 8 characters or more besides'],
      ['Test1234', PRODUCTION, 'must not be one of the commonest'],
      ['Test1234', { PASSWORD_REFUSE_COMMON: 'true' }, 'must not be one of the commonest'],
    ] as const) {
      const [problem, ...others] = problemsOf({ ...admin, ADMIN_PASSWORD: password, ...variables });
      expect(others).toEqual([]);
      expect(problem).toMatch(`ADMIN_PASSWORD ${rule}`);
      expect(problem).not.toContain(password);
    }
    for (const variables of [{}, { ...PRODUCTION, PASSWORD_REFUSE_COMMON: 'false' }])
      expect(problemsOf({ ...admin, ADMIN_PASSWORD: 'Test1234', ...variables })).toEqual([]);
  });

  it('refuses the commonest passwords in production only, unless configured', () => {
    const refuses = (variables: Record<string, string>) => load(variables).passwords.refuseCommon;
    expect(refuses(PRODUCTION)).toBe(true);
    expect(refuses({ NODE_ENV: 'test' })).toBe(false);
    expect(refuses({ ...PRODUCTION, PASSWORD_REFUSE_COMMON: 'false' })).toBe(false);
  });

  it('takes the words of the name for context words, unless there is a list', () => {
    const words = (variables: Record<string, string>) => load(variables).passwords.contextWords;
    expect(words({})).toEqual(['ergodrive', 'backend']);
    expect(words({ APP_NAME: 'Müller & Co / AUTH' })).toEqual(['müller', 'auth']);
    expect(words({ APP_NAME: '-' })).toEqual([]);
    const list = ' Acme , ACME Holding,Ａｃｍｅ,, x-y ';
    expect(words({ PASSWORD_CONTEXT_WORDS: list })).toEqual(['acme holding', 'acme', 'x-y']);
    for (const wrong of ['s3cret,s3', 's3cret`', 's3cret'.repeat(9)])
      expect(problemsOf({ PASSWORD_CONTEXT_WORDS: wrong })).toEqual([
        expect.stringMatching(/^PASSWORD_CONTEXT_WORDS must be(?!.*s3cret)/),
      ]);
  });

  it('looks breached passwords up at another address when one is given', () => {
    const hibp = { PASSWORD_CHECK_HIBP: 'true', PASSWORD_HIBP_URL: 'http://127.0.0.1:1/range/' };
    expect(load(hibp).passwords.hibpUrl).toBe('http://127.0.0.1:1/range');
  });
});
