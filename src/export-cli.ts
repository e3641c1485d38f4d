import 'reflect-metadata';
import { loadMovingConfigFromProcess } from './config/load-config.js';
import { exportAccounts } from './moving/account-export.js';
import { DatabaseSession } from './moving/database-session.js';
import { EXPORT_USAGE, parseExportOptions } from './moving/export-options.js';
import { openFile, standardOutput } from './moving/export-target.js';
import { ProgressLine } from './moving/progress-line.js';
import { runCommand } from './moving/run-command.js';

await runCommand(EXPORT_USAGE, async (args) => {
  const path = parseExportOptions(args);
  const session = await DatabaseSession.open(loadMovingConfigFromProcess());
  try {
    const target = path === '-' ? standardOutput(process.stdout) : await openFile(path);
    try {
      const accounts = await exportAccounts(session, target, new ProgressLine(process.stderr));
      await target.complete();
      process.stderr.write(`${accounts} accounts\n`);
      return 0;
    } catch (error) {
      await target.abandon();
      throw error;
    }
  } finally {
    await session.close();
  }
});
