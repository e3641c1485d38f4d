import 'reflect-metadata';
import { loadMovingConfigFromProcess } from './config/load-config.js';
import { AccountImport } from './moving/account-import.js';
import { DatabaseSession } from './moving/database-session.js';
import { IMPORT_USAGE, parseImportOptions } from './moving/import-options.js';
import { describeImport } from './moving/import-summary.js';
import { ProgressLine } from './moving/progress-line.js';
import { runCommand } from './moving/run-command.js';

await runCommand(IMPORT_USAGE, async (args) => {
  const options = parseImportOptions(args);
  const config = loadMovingConfigFromProcess();
  const session = await DatabaseSession.open(config);
  try {
    const run = new AccountImport(session, options, new ProgressLine(process.stderr), config);
    const { summary, refusals } = await run.run();
    process.stdout.write(`${options.isJson ? JSON.stringify(summary) : describeImport(summary)}\n`);
    if (options.reportFile === undefined && refusals.length > 0)
      process.stderr.write(`The first refused records; --report FILE has all:\n${refusals.join('\n')}\n`);
    return summary.refused > 0 ? 1 : 0;
  } finally {
    await session.close();
  }
});
