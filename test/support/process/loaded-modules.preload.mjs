// Loaded by `node --import`: appends the URL or path of each module that is loaded to the file LOADED_MODULES_FILE.
import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';

const file = process.env.LOADED_MODULES_FILE;
const hooks = `
  import { appendFileSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    appendFileSync(${JSON.stringify(file)}, resolved.url + '\\n');
    return resolved;
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
// Modules of CommonJS that others of their kind require.
process.once('exit', () =>
  appendFileSync(file, Object.keys(createRequire(import.meta.url).cache).join('\n')),
);
