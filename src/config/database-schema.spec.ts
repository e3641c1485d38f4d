import 'reflect-metadata';
import { loadConfig } from './load-config.js';

describe('DATABASE_SCHEMA', () => {
  it.each(['auth', '_a1', 'a'.repeat(63)])('may be %s', (name) =>
    expect(loadConfig({ DATABASE_SCHEMA: name }).database.schema).toBe(name),
  );

  it.each([
    ...['S3cret', 's3cret-x', 's3cret"; DROP SCHEMA public', 'pg_s3cret', '1_s3cret', 'information_schema'],
    ...[`s3cret${'x'.repeat(58)}`],
  ])('may not be %s, and the error names the rule without the value', (name) =>
    expect(() => loadConfig({ DATABASE_SCHEMA: name })).toThrow(
      /^(?!.*(?:s3cret|S3cret))[^]*DATABASE_SCHEMA/,
    ),
  );
});
