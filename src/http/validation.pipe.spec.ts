import 'reflect-metadata';
import { IsEmail, IsString, Length, MaxLength } from 'class-validator';
import { IsAbsentOr, IsOneLine, Trim } from './dto.decorators.js';
import { IsNewPassword } from './new-password.js';
import { ProblemError } from './problem.error.js';
import { IsRole } from './role-member.js';
import { createValidationPipe } from './validation.pipe.js';

class Body {
  @IsString()
  name: string;
}

/** As that of a registration. */
class Registration {
  @IsEmail()
  @MaxLength(254)
  email: string;

  @IsString()
  @IsNewPassword(({ email, full_name: fullName }: Registration) => ({ email, fullName }))
  password: string;

  @IsString()
  @Trim()
  @IsOneLine()
  @Length(1, 200)
  full_name: string;

  @IsAbsentOr()
  @IsRole()
  role?: string;
}

const RULES = {
  passwords: { minLength: 8, maxLength: 128, refuseCommon: false, contextWords: [], hibpUrl: undefined },
  roles: { names: ['reader', 'admin'], default: 'reader' },
};

describe('the validation pipe', () => {
  const pipe = createValidationPipe(RULES);
  const transform = (value: unknown): Promise<unknown> =>
    pipe.transform(value, { type: 'body', metatype: Body });

  it('gives the DTO class with its members', async () => {
    const body = await transform({ name: 'a' });
    expect(body).toBeInstanceOf(Body);
    expect(body).toEqual({ name: 'a' });
  });

  it.each([
    ['a member that the DTO does not have', { name: 'a', role: 'admin' }, 'role'],
    ['a member of another type', { name: 1 }, 'name'],
    ['a missing member', {}, 'name'],
  ])('refuses %s with 422, and names it', async (_, value, field) => {
    const refusal = await transform(value).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProblemError);
    const { problem } = refusal as ProblemError;
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ field }] });
  });

  const role = { field: 'role', code: 'not_allowed' };
  it.each<[unknown, object]>([
    [{ email: undefined }, { field: 'email', code: 'required', message: 'Is required' }],
    [{ email: null }, { field: 'email', code: 'required' }],
    [{ email: '' }, { field: 'email', code: 'required' }],
    [{ full_name: '  ' }, { field: 'full_name', code: 'required' }],
    [{ email: 7 }, { field: 'email', code: 'not_a_text', message: 'Must be a text' }],
    [{ email: 'ada' }, { field: 'email', code: 'not_an_email' }],
    [{ email: `${'a'.repeat(300)}@example.org` }, { field: 'email', code: 'too_long', max: 254 }],
    [
      { full_name: 'a'.repeat(201) },
      { field: 'full_name', code: 'too_long', min: 1, max: 200, message: 'Must have 1 to 200 characters' },
    ],
    [{ full_name: 'a\nb' }, { field: 'full_name', code: 'control_characters' }],
    [
      { password: 'short' },
      { field: 'password', code: 'too_short', min: 8, max: 128, message: 'Must have 8 to 128 characters' },
    ],
    [{ password: 'ada@example.org' }, { field: 'password', code: 'like_the_owner' }],
    [
      { role: 'student' },
      { ...role, allowed: ['reader', 'admin'], message: 'Must be one of: reader, admin' },
    ],
    [{ role: ['reader'] }, { ...role, allowed: ['reader', 'admin'] }],
    [{ role: null }, { field: 'role', code: 'required' }],
    [{ role: '' }, { field: 'role', code: 'required' }],
    [{ rank: 1 }, { field: 'rank', code: 'unknown_field', message: 'Is not known here' }],
  ])('says of %j what is wrong, for people and for programs', async (wrong, expected) => {
    const right = { email: 'ada@example.org', password: 'correct horse', full_name: 'Ada' };
    const metadata = { type: 'body', metatype: Registration } as const;
    const refusal = await pipe
      .transform({ ...right, ...(wrong as object) }, metadata)
      .catch((error: unknown) => error);
    const { errors } = (refusal as ProblemError).problem;
    expect(errors).toEqual([{ message: expect.any(String), ...expected }]);
  });

  it.each([{}, { role: 'reader' }, { role: 'admin' }])(
    'takes %j as a role that is configured, or absent',
    async (role) => {
      const body = { email: 'ada@example.org', password: 'correct horse', full_name: 'Ada', ...role };
      await expect(pipe.transform(body, { type: 'body', metatype: Registration })).resolves.toEqual(body);
    },
  );

  const problemOf = async (value: unknown) =>
    ((await transform(value).catch((error: unknown) => error)) as Partial<ProblemError>).problem;
  const nested = (depth: number): unknown => JSON.parse('{"name":'.repeat(depth) + '1' + '}'.repeat(depth));

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the member %s', async (name) => {
    const body: unknown = JSON.parse(`{"name":"a","${name}":{"prototype":{}}}`);
    await expect(problemOf(body)).resolves.toMatchObject({ status: 422 });
  });

  it.each([
    ['a list', [{ name: 'a' }]],
    ['a long list', Array.from({ length: 20_000 }, () => 0)],
    ['a text', 'name'],
    ['a body that nests 10,000 levels', nested(10_000)],
    ['a lone surrogate', { name: 'a\ud800' }],
    ['a lone surrogate in a name', { '\udfff': 'a' }],
  ])('refuses %s with 422 and a short answer', async (_, value) => {
    const problem = await problemOf(value);
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(JSON.stringify(problem).length).toBeLessThan(300);
  });

  it('takes one member of a query as a text, and refuses a malformed one', async () => {
    const member = { type: 'query', data: 'page', metatype: String } as const;
    await expect(pipe.transform('1', member)).resolves.toBe('1');
    await expect(pipe.transform('a\ud800', member)).rejects.toBeInstanceOf(ProblemError);
  });

  it('names at most 20 wrong members, and shortens their names', async () => {
    const members = Array.from({ length: 5000 }, (_, index) => [`${index}`.padEnd(500, 'x'), 1]);
    const problem = await problemOf(Object.fromEntries(members));
    expect(problem?.errors).toHaveLength(20);
    expect(JSON.stringify(problem).length).toBeLessThan(12_000);
  });

  it('refuses JSON that was sent as a form with 415, and repeats nothing of it', async () => {
    const problem = await problemOf({ '{"email":"a@example.org","password":"Test1234"}': '' });
    expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    expect(JSON.stringify(problem)).not.toContain('Test1234');
  });
});
