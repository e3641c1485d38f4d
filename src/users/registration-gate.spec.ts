import 'reflect-metadata';
import { loadConfig } from '../config/load-config.js';
import { ProblemError } from '../http/problem.error.js';
import { type AccountOrigin, RegistrationGate } from './registration-gate.js';

const JWT_SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const EMAIL = 'ada@example.org';

describe('RegistrationGate', () => {
  const gateOf = (variables: Record<string, string>) =>
    new RegistrationGate(loadConfig({ JWT_SECRET, ...variables }));
  const codeOf = (check: () => void): string => {
    try {
      check();
      return 'open';
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    }
  };
  const verdicts = (variables: Record<string, string>, email = EMAIL) => {
    const gate = gateOf(variables);
    const origins: AccountOrigin[] = ['registration', 'invitation', 'administration', 'configuration'];
    return origins.map((origin) => codeOf(() => gate.demand(origin, email)));
  };
  const CLOSED = 'registration_closed';

  it.each([
    ['open', ['open', 'open', 'open', 'open']],
    ['invite', [CLOSED, 'open', 'open', 'open']],
    ['closed', [CLOSED, CLOSED, 'open', 'open']],
  ])('with REGISTRATION=%s lets in who may get an account', (REGISTRATION, expected) => {
    expect(verdicts({ REGISTRATION })).toEqual(expected);
    expect(verdicts({ REGISTRATION, REGISTRATION_DOMAINS: 'example.org' })).toEqual(expected);
  });

  it('is open by default', () => expect(verdicts({})).toEqual(Array<string>(4).fill('open')));

  it('limits the domains of addresses that people choose, and no others', () =>
    expect(verdicts({ REGISTRATION_DOMAINS: 'example.net' })).toEqual([
      'email_domain_refused',
      ...Array<string>(3).fill('open'),
    ]));

  it.each([
    ['example.org', 'ada@example.org', true],
    ['example.org', 'Ada@EXAMPLE.org', true],
    ['EXAMPLE.org, example.net', ' ada@example.net ', true],
    ['example.org', 'ada@mail.example.org', false],
    ['mail.example.org', 'ada@example.org', false],
    ['example.org', 'ada@notexample.org', false],
    ['example.org', 'ada@example.org.evil.example', false],
    ['example.org', '"ada@example.org"@evil.example', false],
    ['example.org', 'ada@evil.example@example.org', true],
    ['example.org', 'ada@example.org.', false],
    ['example.org', 'ada@', false],
    // Cyrillic а.
    ['example.org', 'ada@exаmple.org', false],
    ['xn--mnchen-3ya.example', 'ada@münchen.example', true],
    ['münchen.example', 'ada@xn--mnchen-3ya.example', true],
    ['MÜNCHEN.example', 'ada@mu\u0308nchen.example', true],
    ['münchen.example', 'ada@munchen.example', false],
  ])('with REGISTRATION_DOMAINS=%s judges %s by its domain alone', (domains, email, isOpen) => {
    const gate = gateOf({ REGISTRATION_DOMAINS: domains });
    expect(codeOf(() => gate.demandDomain(email))).toBe(isOpen ? 'open' : 'email_domain_refused');
  });
});
