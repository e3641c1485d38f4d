import {
  BadRequestException,
  Controller,
  Get,
  GatewayTimeoutException,
  GoneException,
  InternalServerErrorException,
  Logger,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { loadConfig } from '../config/load-config.js';
import { AppLogger } from '../common/app.logger.js';
import { createHttpServer } from './http-server.js';
import { ProblemError } from './problem.error.js';
import { ProblemFilter } from './problem.filter.js';

let thrown: unknown;

@Controller()
class ThrowingController {
  @Get()
  answer(): never {
    throw thrown;
  }
}

describe('ProblemFilter', () => {
  let app: NestFastifyApplication;
  let log: jest.SpiedFunction<Logger['error']>;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [ThrowingController] }).compile();
    const config = loadConfig({ LOG_LEVEL: 'silent' });
    const server = createHttpServer(config, new AppLogger(config.log));
    app = module.createNestApplication<NestFastifyApplication>(server, { logger: false });
    app.useGlobalFilters(new ProblemFilter());
    await app.init();
  });
  beforeEach(() => (log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined)));
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.close());

  async function answerTo(error: unknown) {
    thrown = error;
    const { statusCode, headers, payload } = await app.inject({ method: 'GET', url: '/' });
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    return { statusCode, headers, payload, body: JSON.parse(payload) as Record<string, unknown> };
  }

  it('answers a ProblemError with the status, code, detail and headers of the catalogue', async () => {
    const { statusCode, headers, payload } = await answerTo(new ProblemError('token_revoked'));
    expect(statusCode).toBe(401);
    const challenge = 'Bearer error="invalid_token", error_description="Token has been revoked"';
    expect(headers['www-authenticate']).toBe(challenge);
    expect(payload.replace(/"[0-9a-f]{12}-\w+"/, '"id"')).toBe(
      '{"type":"about:blank","title":"Unauthorized","status":401,"code":"token_revoked",' +
        '"detail":"Token has been revoked","request_id":"id"}',
    );
  });

  it.each([
    [new ServiceUnavailableException('payment provider down'), 503, 'service_unavailable'],
    // The message must not be taken for one of a database driver.
    [new GatewayTimeoutException('payment provider: timeout'), 504, 'gateway_timeout'],
    [new InternalServerErrorException('the ledger is not balanced'), 500, 'internal_error'],
    [new BadRequestException('no such plan'), 400, 'bad_request'],
  ])('keeps the status and the message of %s', async (error, status, code) => {
    const { statusCode, body } = await answerTo(error);
    expect(statusCode).toBe(status);
    expect(body).toMatchObject({ status, code, detail: error.message });
  });

  it('keeps the code in the body of an HttpException, with any status', async () => {
    const gone = new GoneException({ code: 'project_archived', message: 'The project is archived' });
    const archived = { code: 'project_archived', detail: 'The project is archived' };
    await expect(answerTo(gone)).resolves.toMatchObject({ statusCode: 410, body: archived });
    const down = new ServiceUnavailableException({ code: 'payments_down', message: 'Try again later' });
    const later = { code: 'payments_down', detail: 'Try again later' };
    await expect(answerTo(down)).resolves.toMatchObject({ statusCode: 503, body: later });
  });

  it.each(['Not A Code', 'with-dash', '1st', '', 410, null])(
    'gives the default code of the status instead of %j',
    async (code) => {
      const { body } = await answerTo(new GoneException({ code, message: 'gone' }));
      expect(body).toMatchObject({ status: 410, code: 'gone' });
    },
  );

  it.each([
    [new Error('password=secret')],
    [Object.assign(new Error('secret'), { statusCode: 502 })],
    ['secret'],
    [null],
  ])('logs %s, which is no HttpException, and does not send its message', async (error) => {
    const { statusCode, payload, body } = await answerTo(error);
    expect(statusCode).toBe(500);
    expect(body).toMatchObject({ code: 'internal_error', detail: 'Internal server error' });
    expect(payload).not.toContain('secret');
    expect(log).toHaveBeenCalledTimes(1);
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ request_id: body['request_id'], method: 'GET', path: '/' }),
    );
  });

  it.each(['42P01', '42883', '08P01'])(
    'answers 503 for the SQLSTATE %s and logs it once, because it may be a mistake in a statement',
    async (code) => {
      const error = Object.assign(new Error(`refused with ${code}`), { code });
      for (const _ of [1, 2]) await expect(answerTo(error)).resolves.toMatchObject({ statusCode: 503 });
      expect(log).toHaveBeenCalledTimes(1);
      expect(log).toHaveBeenCalledWith(expect.objectContaining({ code, method: 'GET', path: '/' }));
      await answerTo(Object.assign(new Error(`another statement, ${code}`), { code }));
      expect(log).toHaveBeenCalledTimes(2);
    },
  );

  it('logs no line for an outage', async () => {
    const lost = Object.assign(new Error('terminating connection'), { code: '57P01' });
    await expect(answerTo(lost)).resolves.toMatchObject({ statusCode: 503 });
    expect(log).not.toHaveBeenCalled();
  });

  it('logs an HttpException of 5xx, and none of 4xx', async () => {
    await answerTo(new BadRequestException('no such plan'));
    expect(log).not.toHaveBeenCalled();
    await answerTo(new ServiceUnavailableException('payment provider down'));
    const err = expect.objectContaining({ message: 'payment provider down' });
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ err }));
  });
});
