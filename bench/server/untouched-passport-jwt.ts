import { createRequire } from 'node:module';

/**
 * passport-jwt as it comes from npm. The product may replace the verifier, a static member that all strategies of one
 * copy of the package share; so this is a second copy.
 */
export function untouchedPassportJwt(): typeof import('passport-jwt') {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('passport-jwt');
  const folder = entry.slice(0, entry.lastIndexOf('passport-jwt') + 'passport-jwt'.length);
  const loaded = Object.entries(require.cache).filter(([path]) => path.startsWith(folder));
  for (const [path] of loaded) Reflect.deleteProperty(require.cache, path);
  const copy = require('passport-jwt') as typeof import('passport-jwt');
  for (const [path, module] of loaded) require.cache[path] = module;
  return copy;
}
