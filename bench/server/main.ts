import { AppModule } from '../../src/app.module.js';
import { loadConfigFromProcess } from '../../src/config/load-config.js';
import { createApp } from '../../src/create-app.js';
import { tuneRuntime } from '../../src/runtime.js';
import { BenchModule } from './bench.module.js';
import { verifiedModules } from './verified.module.js';

/** Starts the product as `src/main.ts` does, with the benchmark's module. */
async function start(): Promise<void> {
  tuneRuntime();
  const forRoot = AppModule.forRoot.bind(AppModule);
  AppModule.forRoot = (config) => {
    const { imports = [], ...module } = forRoot(config);
    return { ...module, imports: [...imports, BenchModule, ...verifiedModules()] };
  };
  const config = loadConfigFromProcess();
  const app = await createApp(config);
  await app.listen(config.http.port, config.http.host);
}

start().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
