import type { ApiResponse } from '../../support/app/api-client.js';
import type { Deployment } from './deployment.js';

/** Requests of people who have a token of a mail, or ask for one. */
export class Recovery {
  constructor(private readonly deployment: Deployment) {}

  forgot(email: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('forgot-password', { email }, instance);
  }

  reset(token: string, new_password: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('reset-password', { token, new_password }, instance);
  }

  verify(token: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('verify-email', { token }, instance);
  }

  /** The proof of a silent registration. */
  finish(token: string, password: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('verify-email', { token, password }, instance);
  }

  resend(email: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('verify-email/resend', { email }, instance);
  }

  undo(token: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('undo-email-change', { token }, instance);
  }

  endSessions(token: string, instance = 0): Promise<ApiResponse<Record<string, unknown>>> {
    return this.post('end-sessions', { token }, instance);
  }

  private post(path: string, body: object, instance: number): Promise<ApiResponse<Record<string, unknown>>> {
    return this.deployment.client(instance).post(`/api/v1/auth/${path}`, body);
  }
}
