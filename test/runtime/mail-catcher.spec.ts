import { readFileSync } from 'node:fs';
import { COMPOSE_FILE, ComposeFile } from '../support/compose-file.js';

const VARIABLES = { JWT_SECRET: 'x', POSTGRES_PASSWORD: 'x', REDIS_PASSWORD: 'x' };
const read = (file: string) => readFileSync(file, 'utf8');

describe('the profile mail', () => {
  const compose = ComposeFile.read(COMPOSE_FILE, VARIABLES);

  it('has a mail catcher of a certain version, which is reached on this machine alone', () =>
    expect(compose.service('mailpit')).toMatchObject({
      image: expect.stringMatching(/^[a-z]+\/[a-z]+:v\d+\.\d+\.\d+$/),
      profiles: ['mail'],
      cap_drop: ['ALL'],
      ports: ['127.0.0.1:8025:8025'],
    }));

  it('is where the SMTP_URL of the documents leads', () => {
    for (const file of ['docs/mail.md', '.env.example'])
      expect(read(file)).toContain('SMTP_URL=smtp://mailpit:1025?tls=off');
  });
});
