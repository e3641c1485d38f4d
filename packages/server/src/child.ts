// The service as a child of a test run. It ends in good order when the process that started it is gone, and takes its folder with it.
import { rmSync } from 'node:fs';

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.once('exit', () => rmSync(process.cwd(), { recursive: true, force: true }));
const application = new URL('../app/main.js', import.meta.url);
await import(application.href);
