import 'reflect-metadata';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';

const JWT_SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';

describe('the configuration of registration', () => {
  const registrationOf = (variables: Record<string, string>) =>
    loadConfig({ JWT_SECRET, ...variables }).registration;
  const domainsOf = (text: string) => registrationOf({ REGISTRATION_DOMAINS: text }).domains;

  it('admits everybody of any domain by default', () => {
    expect(registrationOf({})).toEqual({ mode: 'open', domains: [], isSilent: false });
    expect(domainsOf('')).toEqual([]);
  });

  it('reads domains in their ASCII form', () =>
    expect(domainsOf(' EXAMPLE.org ,example.net,, münchen.example')).toEqual([
      'example.org',
      'example.net',
      'xn--mnchen-3ya.example',
    ]));

  it.each([
    ['REGISTRATION', 's3cret'],
    ['REGISTRATION', 'OPEN-s3cret'],
    ['REGISTRATION_SILENT', 'yes-s3cret'],
    ['REQUIRE_VERIFIED_EMAIL', 's3cret'],
    ['REGISTRATION_DOMAINS', ','],
    ['REGISTRATION_DOMAINS', 's3cret'],
    ['REGISTRATION_DOMAINS', 'example.org,@s3cret.example'],
    ['REGISTRATION_DOMAINS', '*.s3cret.example'],
    ['REGISTRATION_DOMAINS', 's3cret.example.'],
    ['REGISTRATION_DOMAINS', 'https://s3cret.example'],
    ['REGISTRATION_DOMAINS', 's3cret.example;example.org'],
    ['REGISTRATION_DOMAINS', Array(101).fill('s3cret.example').join(',')],
    ['ONE_TIME_TOKEN_MINUTES', '0'],
    ['ONE_TIME_TOKEN_MINUTES', '1441'],
    ['ONE_TIME_TOKEN_DAYS', '0'],
    ['ONE_TIME_TOKEN_DAYS', '61'],
    ['DELETION_GRACE_DAYS', '-1'],
    ['DELETION_GRACE_DAYS', '61'],
    ['DELETION_GRACE_DAYS', '1.5'],
  ])('refuses %s=%s with the name and the rule, and without the value', (name, value) => {
    const problems = problemsOfConfiguration({ JWT_SECRET, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} must `))]);
    expect(problems.join()).not.toContain('s3cret');
  });
});
