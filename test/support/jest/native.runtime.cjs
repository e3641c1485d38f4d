'use strict';
const { createRequire, register } = require('node:module');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { sourceMapOf } = require('../typescript.cjs');

// jest-runtime is a dependency of jest: resolved from jest, so that its version always matches.
const fromJest = createRequire(createRequire(__filename).resolve('jest'));
const fromCore = createRequire(fromJest.resolve('@jest/core'));
const { default: Runtime } = fromCore('jest-runtime');

// Decorators need it before the first class that has them, whichever module a suite imports first.
require('reflect-metadata');
register('../typescript.loader.mjs', pathToFileURL(__filename));

/** How often this process has imported each suite: a watching Jest runs a suite again. */
const imports = new Map();

/** Looks the source map of a frame's file up when an error is formatted. */
class SourceMaps extends Map {
  get(file) {
    const [url] = file.split('?', 1);
    return url.startsWith('file:') && url.endsWith('.ts') ? sourceMapOf(fileURLToPath(url)) : undefined;
  }
}

/**
 * Runs suites as modules of Node itself. Jest's own runtime evaluates every module again for every suite, which took most of the time of
 * a run: the packages of NestJS alone took two seconds. Here a process loads each module once, for all suites that it runs.
 */
module.exports = class NativeRuntime extends Runtime {
  #sourceMaps = new SourceMaps();

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    const count = imports.get(path) ?? 0;
    imports.set(path, count + 1);
    globalThis.jest = this.jestGlobals.jestObjectFor(path);
    await import(pathToFileURL(path).href + (count === 0 ? '' : `?run=${count}`));
  }

  /** jest-circus keeps the state of a suite in its module, so each suite gets a new one. */
  requireInternalModule(path) {
    delete require.cache[path];
    return createRequire(path)(path);
  }

  getSourceMaps() {
    return this.#sourceMaps;
  }

  /** Node's own is right: there is no sandbox. */
  installGetBuiltinModule() {}
};
