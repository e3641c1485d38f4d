import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/configuration.error.js';

export type PageName = 'account' | 'admin';

/** A file of the pages, with its compressed forms. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  /** By the name of the encoding, the smallest first. */
  readonly encoded: readonly (readonly [encoding: 'br' | 'gzip', content: Buffer])[];
}

/** What `packages/console` builds; it has the same place beside the application in the clone, the image and the package. */
const FOLDER = fileURLToPath(new URL('../../packages/console/dist/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The built pages, read once at start: no path of a request ever reaches the file system. */
@Injectable()
export class ConsoleFiles {
  private readonly assets: ReadonlyMap<string, Asset>;
  private readonly pages: Readonly<Record<PageName, string>>;
  /** Of the packages that the scripts contain. */
  readonly licences: string;

  /** @throws ConfigurationError when the pages are not built */
  constructor({ mail: { publicUrl } }: AppConfig) {
    if (!existsSync(`${FOLDER}account.html`))
      throw new ConfigurationError([
        'CONSOLE=on needs the built pages: run `npm run build`, or set CONSOLE=off',
      ]);
    this.assets = readAssets(`${FOLDER}assets/`);
    this.licences = readFileSync(`${FOLDER}licences.txt`, 'utf8');
    // Behind a proxy the service may have a path of its own.
    const prefix = new URL(publicUrl).pathname.replace(/\/+$/, '');
    const page = (name: PageName) =>
      readFileSync(`${FOLDER}${name}.html`, 'utf8').replaceAll('"/console/', `"${prefix}/console/`);
    this.pages = { account: page('account'), admin: page('admin') };
  }

  page(name: PageName): string {
    return this.pages[name];
  }

  asset(name: string): Asset | undefined {
    return this.assets.get(name);
  }
}

function readAssets(folder: string): Map<string, Asset> {
  const names = readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined);
  return new Map(names.map((name) => [name, readAsset(folder + name)]));
}

const readAsset = (path: string): Asset => ({
  type: TYPES[extname(path)] ?? '',
  plain: readFileSync(path),
  encoded: [
    ['br', readFileSync(`${path}.br`)],
    ['gzip', readFileSync(`${path}.gz`)],
  ],
});
