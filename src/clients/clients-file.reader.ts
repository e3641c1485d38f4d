import { createHash } from 'node:crypto';
import { ConfigurationError } from '../config/configuration.error.js';
import { readText } from '../config/secret-files.js';
import { type ClientsFile, readClientsFile } from './clients-file.js';

interface KnownText {
  readonly digest: string;
  readonly read: () => string;
}

/** Reads one file of clients again and again. It is parsed again only when it, or a file of a secret that it names, has changed. */
export class ClientsFileReader {
  private last: ClientsFile | undefined;
  /** What {@link last} was made of. */
  private texts: KnownText[] = [];

  constructor(private readonly path: string) {}

  /** @throws ConfigurationError as {@link readClientsFile} */
  read(): ClientsFile {
    if (this.last !== undefined && this.isUnchanged()) return this.last;
    const texts: KnownText[] = [];
    this.last = readClientsFile(this.path, true, (...file) => {
      const read = () => readText(...file);
      const text = read();
      texts.push({ digest: digestOf(text), read });
      return text;
    });
    this.texts = texts;
    return this.last;
  }

  private isUnchanged(): boolean {
    try {
      return this.texts.every(({ digest, read }) => digestOf(read()) === digest);
    } catch (error) {
      if (error instanceof ConfigurationError) return false;
      throw error;
    }
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');
