import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import typescript from './typescript.cjs';

/** Resolves a relative `./x.js` to `./x.ts` where only the latter exists. */
export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

/** Compiles `.ts`; anything else goes to node. */
export async function load(url, context, next) {
  const [path] = url.split('?', 1);
  if (!path.endsWith('.ts')) return next(url, context);
  return { format: 'module', source: typescript.compile(fileURLToPath(path)), shortCircuit: true };
}
