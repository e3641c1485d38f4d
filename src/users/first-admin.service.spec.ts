import { Logger } from '@nestjs/common';
import { invalidField } from '../http/field-error.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/configuration.error.js';
import type { Credentials } from './account-statements.js';
import { FirstAdminService } from './first-admin.service.js';
import type { UsersService } from './users.service.js';

const ADMIN = { email: 'admin@example.org', password: 'the first admin' };
/** The retry interval of 5 s, with its jitter. */
const NEXT_ATTEMPT_MS = 5300;

describe('FirstAdminService', () => {
  let errors: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    errors = [];
    jest.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((text: unknown) => void errors.push(String(text)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** @param outcomes of the attempts to create it, in turn; the last one repeats */
  function serviceWith(
    outcomes: (Error | undefined)[],
    firstAdmin: typeof ADMIN | null = ADMIN,
    existing?: Pick<Credentials, 'role' | 'isActive'>,
  ) {
    const created: unknown[] = [];
    const users = {
      findCredentials: () => Promise.resolve(existing),
      create: (user: unknown) => {
        const outcome = outcomes[Math.min(created.push(user), outcomes.length) - 1];
        return outcome === undefined ? Promise.resolve(user) : Promise.reject(outcome);
      },
    };
    const service = new FirstAdminService(
      users as unknown as UsersService,
      { firstAdmin: firstAdmin ?? undefined } as unknown as AppConfig,
    );
    return { service, created };
  }

  /** Starts, and waits for longer than several attempts would take. */
  const startAndWait = async (service: FirstAdminService) => {
    await service.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(10 * NEXT_ATTEMPT_MS);
  };

  it('creates the admin once', async () => {
    const { service, created } = serviceWith([undefined]);
    await service.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(10 * NEXT_ATTEMPT_MS);
    const rest = { fullName: 'Administrator', role: 'admin', origin: 'configuration' };
    expect(created).toEqual([{ ...ADMIN, ...rest }]);
    expect(errors).toEqual([]);
  });

  it('does not change an admin that another instance created', async () => {
    const { service, created } = serviceWith([new ProblemError('email_taken')]);
    await startAndWait(service);
    expect(created).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it.each<[string, Pick<Credentials, 'role' | 'isActive'>, unknown[]]>([
    ['is no admin', { role: 'student', isActive: true }, [expect.stringMatching(/the role student/)]],
    ['was deactivated', { role: 'admin', isActive: false }, [expect.stringMatching(/been deactivated/)]],
    ['is an active admin', { role: 'admin', isActive: true }, []],
  ])(
    'changes nothing when the address has an account that %s, and warns unless it is an admin',
    async (_, existing, expected) => {
      const { service, created } = serviceWith([undefined], ADMIN, existing);
      const warnings: unknown[] = [];
      jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => void warnings.push(text));
      await startAndWait(service);
      expect(created).toEqual([]);
      expect(warnings).toEqual(expected);
      expect(String(warnings)).not.toContain(ADMIN.email);
    },
  );

  it('starts without the admin, logs the reason, and tries again until the admin is created', async () => {
    const busy = Problems.unavailable('Too many logins at the moment');
    const { service, created } = serviceWith([busy, new Error('connect ECONNREFUSED'), undefined]);
    await service.onApplicationBootstrap();
    expect(created).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/first admin .*was not created: Too many logins at the moment/);
    await jest.advanceTimersByTimeAsync(NEXT_ATTEMPT_MS);
    expect(created).toHaveLength(2);
    expect(errors[1]).toMatch(/first admin .*was not created: connect ECONNREFUSED/);
    await jest.advanceTimersByTimeAsync(10 * NEXT_ATTEMPT_MS);
    expect(created).toHaveLength(3);
    expect(errors).toHaveLength(2);
  });

  const breached = () => {
    const text = 'must not be a password that is known from a data breach';
    return invalidField('password', { code: 'in_a_breach', text });
  };

  it('stops the start when the password is not accepted', async () => {
    const { service, created } = serviceWith([breached()]);
    const refusal = await service.onApplicationBootstrap().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigurationError);
    expect(String(refusal)).toContain('ADMIN_PASSWORD is not accepted. Must not be');
    expect(String(refusal)).not.toContain(ADMIN.password);
    await jest.advanceTimersByTimeAsync(10 * NEXT_ATTEMPT_MS);
    expect(created).toHaveLength(1);
  });

  it('stops trying when a later attempt finds that the password is not accepted', async () => {
    const { service, created } = serviceWith([new Error('connect ECONNREFUSED'), breached()]);
    await startAndWait(service);
    expect(created).toHaveLength(2);
    expect(errors[1]).toContain('ADMIN_PASSWORD is not accepted');
    expect(errors).toHaveLength(2);
  });

  it('stops trying at shutdown', async () => {
    const { service, created } = serviceWith([Problems.unavailable('Too many logins at the moment')]);
    await service.onApplicationBootstrap();
    await service.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(10 * NEXT_ATTEMPT_MS);
    expect(created).toHaveLength(1);
  });

  it('creates no admin without ADMIN_EMAIL', async () => {
    const { service, created } = serviceWith([undefined], null);
    await service.onApplicationBootstrap();
    expect(created).toEqual([]);
  });
});
