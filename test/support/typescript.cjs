'use strict';
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { transformSync, version } = require('@swc/core');

const ROOT = join(__dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/typescript');
const { $schema: _schema, ...swc } = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8'));
const OPTIONS = { ...swc, swcrc: false, sourceMaps: true };

mkdirSync(CACHE, { recursive: true });

/** The files that hold the compiled code of a source, and its source map. */
function compiledPaths(source) {
  const key = createHash('sha256')
    .update(version)
    .update(JSON.stringify(OPTIONS))
    .update(source)
    .digest('hex');
  return { code: join(CACHE, `${key}.js`), map: join(CACHE, `${key}.map`) };
}

/** Compiles a `.ts` file with the options of `.swcrc`, unless an earlier run has compiled the same text. */
function compile(filename) {
  const source = readFileSync(filename, 'utf8');
  const paths = compiledPaths(source);
  try {
    return readFileSync(paths.code, 'utf8');
  } catch {
    const { code, map } = transformSync(source, { ...OPTIONS, filename });
    put(paths.map, map);
    put(paths.code, code);
    return code;
  }
}

/** Another process may do the same at this moment: each file appears whole. */
function put(path, text) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, path);
}

/** Where the source map of a compiled file is. */
const sourceMapOf = (filename) => compiledPaths(readFileSync(filename, 'utf8')).map;

module.exports = { compile, sourceMapOf };
