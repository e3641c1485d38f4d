import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { loadConfig } from '../config/load-config.js';
import { AppLogger } from '../common/app.logger.js';
import { createHttpServer } from '../http/http-server.js';
import { createValidationPipe } from '../http/validation.pipe.js';
import { AUDIT_ACTIONS, type AuditAction, registerAuditActions } from './audit-action.js';
import { AuditController } from './audit.controller.js';
import { AuditQueryDto } from './audit.dto.js';
import { AuditService } from './audit.service.js';

/** As a folder of its own does, after the decorators of the audit folder have run. */
const PROJECT_ACTIONS = registerAuditActions('project.archived');

declare module './audit-action.js' {
  interface AuditActions {
    auditActionSpec: (typeof PROJECT_ACTIONS)[number];
  }
}

describe('an audit action that another folder registers', () => {
  const [action] = PROJECT_ACTIONS satisfies readonly AuditAction[];
  let app: INestApplication;
  beforeAll(async () => {
    const providers = [{ provide: AuditService, useValue: {} }];
    const module = await Test.createTestingModule({ controllers: [AuditController], providers }).compile();
    const config = loadConfig({ LOG_LEVEL: 'silent' });
    const server = createHttpServer(config, new AppLogger(config.log));
    app = module.createNestApplication(server, { logger: false });
  });
  afterAll(() => app.close());

  const validate = (query: object): Promise<unknown> =>
    createValidationPipe(loadConfig({})).transform(query, { type: 'query', metatype: AuditQueryDto });

  it('is accepted as a filter; an unknown one is refused', async () => {
    await expect(validate({ action })).resolves.toMatchObject({ action });
    const shipped = { action: 'session.revoked' };
    await expect(validate(shipped)).resolves.toMatchObject(shipped);
    await expect(validate({ action: 'project.painted' })).rejects.toMatchObject({
      problem: { status: 422, errors: [{ field: 'action', message: expect.stringContaining(action) }] },
    });
  });

  it('is listed in the OpenAPI document, for the filter and for the events', () => {
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    const parameters = document.paths['/api/v1/audit']?.get?.parameters;
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'action', schema: { type: 'string', enum: AUDIT_ACTIONS } }),
    );
    expect(AUDIT_ACTIONS).toContain(action);
    expect(document.components?.schemas?.['AuditEventDto']).toMatchObject({
      properties: { action: { type: 'string', enum: AUDIT_ACTIONS } },
    });
  });

  it('is registered once, also when it is registered again', () => {
    registerAuditActions('project.archived');
    expect(AUDIT_ACTIONS.filter((each) => each === action)).toEqual([action]);
  });
});
