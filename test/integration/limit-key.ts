import { AppConfig } from '../../src/config/app-config.js';
import { countNames } from '../../src/limits/count-name.js';
import type { AppInProcess } from './app-in-process.js';

/** The key of a count in PostgreSQL; in Redis, `ergodrive:limit:` stands before it. @param limit name of the limit @param counted what it counts */
export const limitKey = (app: AppInProcess, limit: string, counted: string): string =>
  `${limit}:${countNames(app.get(AppConfig).tokens.key)(counted)}`;
