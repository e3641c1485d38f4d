import { readFileSync } from 'node:fs';
import { ComposeFile, MAIL_COMPOSE_FILE, SECRETS_COMPOSE_FILE } from '../support/compose-file.js';

describe('the compose file with secrets in files', () => {
  const compose = ComposeFile.read(SECRETS_COMPOSE_FILE, {});
  const mail = ComposeFile.read(MAIL_COMPOSE_FILE, {});

  it('gives the service each file that a variable names, and no secret in a variable', () => {
    const environment = compose.environmentOf('app');
    const files = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
    const secrets = Object.keys(compose.secretsOf('app'));
    expect(files).toEqual([
      ['JWT_SECRET_FILE', secrets[0]],
      ['DATABASE_URL_FILE', secrets[1]],
      ['REDIS_URL_FILE', secrets[2]],
      ['SIGNING_KEYS_FILE', '/config/signing-keys.json'],
      ['CLIENTS_FILE', '/config/clients.yaml'],
    ]);
    const others = Object.keys(environment).filter((name) => !name.endsWith('_FILE'));
    expect(others).toEqual(['NODE_ENV', 'ISSUER_URL', 'TRUSTED_PROXIES', 'MANAGEMENT_PORT']);
  });

  it('sends mail only with a second file, which has its secret in a file too', () => {
    expect(mail.environmentOf('app')).toEqual({
      SMTP_URL_FILE: Object.keys(mail.secretsOf('app'))[0],
      MAIL_FROM: 'Example <no-reply@example.org>',
      PUBLIC_URL: 'https://app.example.org',
    });
    expect(Object.keys(mail.service('app'))).toEqual(['environment', 'secrets']);
  });

  it('has its secrets and its key in no version control', () => {
    const folder = 'deploy/docker-secrets';
    const secrets = [compose, mail].flatMap((file) => Object.values(file.secretsOf('app')));
    const files = [...secrets, compose.mountsOf('app')[0]!.source];
    const ignored = readFileSync('.gitignore', 'utf8').split('\n');
    for (const file of files)
      expect(ignored.filter((rule) => rule !== '' && `${file}/`.startsWith(rule))).toHaveLength(1);
    expect(files.filter((file) => !file.startsWith(`${folder}/`))).toEqual([]);
    expect(ignored).toContain('deploy/kubernetes/**/signing-keys.json');
  });
});
