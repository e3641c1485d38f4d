import 'reflect-metadata';
import { problemsOfConfiguration as problemsOf } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';

const FROM = { MAIL_FROM: 'Ergodrive <no-reply@example.org>' };
const smtp = (url: string) => {
  const { transport } = loadConfig({ SMTP_URL: url, ...FROM }).mail;
  return transport?.kind === 'smtp' ? transport.current() : undefined;
};
const PRODUCTION = {
  NODE_ENV: 'production',
  JWT_SECRET: '0123456789abcdef0123456789abcdef-ok',
  ISSUER_URL: 'https://auth.example.org/',
  DATABASE_URL: 'postgresql://a@b/c',
};

describe('the configuration of mail', () => {
  it.each([
    [
      'smtp://mail.example.org',
      { host: 'mail.example.org', port: 587, security: 'starttls', login: undefined },
    ],
    ['smtps://mail.example.org/', { host: 'mail.example.org', port: 465, security: 'tls', login: undefined }],
    ['smtp://catcher:1025?tls=off', { host: 'catcher', port: 1025, security: 'plain', login: undefined }],
    [
      'smtp://user%40a:p%2Fw@[::1]:25',
      { host: '::1', port: 25, security: 'starttls', login: { user: 'user@a', pass: 'p/w' } },
    ],
  ])('reads %s', (url, target) => expect(smtp(url)).toEqual(target));

  it.each([
    ...['http://mail', 'smtp://', 'smtp://mail/path', 'smtp://mail#x', 'smtp://mail?tls=on'],
    ...['smtp://mail?secure=false', 'smtps://mail?tls=off', 'smtp://user:secret@mail?tls=off'],
    ...['smtp://user@mail', 'smtp://user:%zz@mail'],
  ])('refuses %s, and names no value', (url) => {
    const problems = problemsOf({ SMTP_URL: url, ...FROM });
    expect(problems).toEqual([expect.stringMatching(/^SMTP_URL /)]);
    expect(problems.join()).not.toContain('secret');
  });

  it.each([
    ...['a b@c.example', 'x@', '<a@b.example', 'a@b.example, c@d.example', 'A\nB <a@b.example>'],
    ...['ä@b.example'],
  ])('refuses %j as MAIL_FROM', (text) =>
    expect(problemsOf({ MAIL_FROM: text })).toEqual([expect.stringMatching(/^MAIL_FROM must be an address/)]),
  );

  it('demands MAIL_FROM with SMTP_URL, and SMTP_URL with SMTP_TLS_CA_FILE', () => {
    expect(problemsOf({ SMTP_URL: 'smtp://mail' })).toEqual(['MAIL_FROM is required with SMTP_URL']);
    expect(problemsOf({ SMTP_TLS_CA_FILE: 'ca.pem' })).toEqual(['SMTP_TLS_CA_FILE needs SMTP_URL too']);
  });

  it('writes mails to a folder in development, and sends none in production without SMTP_URL', () => {
    expect(loadConfig({ DATA_DIR: '/data' }).mail.transport).toEqual({ kind: 'files', folder: '/data/mail' });
    expect(loadConfig(PRODUCTION).mail).toEqual({
      transport: undefined,
      from: 'ERGODRIVE <no-reply@localhost>',
      publicUrl: 'https://auth.example.org',
      catalogsDir: undefined,
    });
  });

  it('leads links to PUBLIC_URL, without a slash at its end', () =>
    expect(loadConfig({ PUBLIC_URL: 'https://app.example/x/' }).mail.publicUrl).toBe(
      'https://app.example/x',
    ));
});
