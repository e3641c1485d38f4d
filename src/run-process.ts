import { AppLogger } from './common/app.logger.js';
import { ConfigurationError } from './config/configuration.error.js';
import { isProductionProcess } from './config/load-config.js';

/**
 * Runs what a program starts with. When that fails, the process logs why, and ends with 1.
 * @param what as the log line names it
 */
export function runProcess(what: string, work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    // The configuration may be what failed, so the logger does not need it.
    const logger = new AppLogger({ level: 'info', isJson: isProductionProcess() });
    logger.error(error instanceof ConfigurationError ? message : `${what} failed: ${message}`, 'Start');
    process.exit(1);
  });
}
