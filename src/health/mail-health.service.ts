import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { MailSampler } from '../mail/mail-sampler.js';
import type { MailHealthDto } from './mail-health.dto.js';

/** How mails leave. It informs operators, and changes no status: without mail, sessions are served and revoked as ever. */
@Injectable()
export class MailHealthService {
  constructor(
    private readonly config: AppConfig,
    private readonly sampler: MailSampler,
  ) {}

  async read(): Promise<MailHealthDto> {
    const transport = this.config.mail.transport?.kind ?? 'not_configured';
    const counts = await this.sampler.read();
    if (counts === undefined) return { transport };
    const { waiting, oldestSeconds, lastError, dead } = counts;
    return {
      transport,
      waiting,
      oldest_waiting_seconds: Math.round(oldestSeconds),
      ...(lastError === null ? {} : { last_error: lastError }),
      dead,
    };
  }
}
