import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

type Variables = Readonly<Record<string, string | undefined>>;

interface Bind {
  source: string;
  target: string;
  read_only?: boolean;
}

/** A service, as far as the tests read it. */
export interface ComposeService {
  image?: string;
  profiles?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | number | null>;
  ports?: string[];
  secrets?: string[];
  volumes?: (string | Bind)[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  network_mode?: string;
  stop_grace_period?: string;
}

interface Content {
  services: Record<string, ComposeService>;
  secrets?: Record<string, { file: string }>;
  volumes?: Record<string, null>;
}

/** The compose files that the repository ships. */
export const COMPOSE_FILE = 'docker-compose.yml';
export const SECRETS_COMPOSE_FILE = 'deploy/docker-secrets/docker-compose.yml';
/** Adds mail to the latter. */
export const MAIL_COMPOSE_FILE = 'deploy/docker-secrets/mail.yml';

/** A compose file, with its variables as Docker Compose substitutes them. Paths begin at the project's root, where Jest runs. */
export class ComposeFile {
  private constructor(
    readonly path: string,
    private readonly content: Content,
  ) {}

  /** @throws Error with the message of the file when a variable is missing that the file demands */
  static read(path: string, variables: Variables): ComposeFile {
    const content = parse(readFileSync(path, 'utf8'), { merge: true }) as Content;
    return new ComposeFile(path, substituted(content, variables) as Content);
  }

  get services(): Readonly<Record<string, ComposeService>> {
    return this.content.services;
  }

  get volumes(): string[] {
    return Object.keys(this.content.volumes ?? {});
  }

  /** The files of secrets, by their path in the container, as far as a service has them. */
  secretsOf(service: string): Record<string, string> {
    const names = this.service(service).secrets ?? [];
    return Object.fromEntries(
      names.map((name) => [`/run/secrets/${name}`, this.here(this.content.secrets![name]!.file)]),
    );
  }

  /** The files, folders and names of volumes that a service has, with their path in the container. */
  mountsOf(service: string): Required<Bind>[] {
    return (this.service(service).volumes ?? []).map((volume) => {
      const { source, target, read_only = false } = typeof volume === 'string' ? bindOf(volume) : volume;
      return { source: source.startsWith('.') ? this.here(source) : source, target, read_only };
    });
  }

  /** What the file sets, and what it passes through. */
  environmentOf(service: string, variables: Variables = {}): Record<string, string> {
    const entries = Object.entries(this.service(service).environment ?? {}).flatMap(([name, value]) => {
      const set = value ?? variables[name];
      return set === undefined ? [] : [[name, String(set)]];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }

  service(name: string): ComposeService {
    const found = this.services[name];
    if (found === undefined) throw new Error(`${this.path} has no service ${name}`);
    return found;
  }

  private here(path: string): string {
    return join(dirname(this.path), path);
  }
}

function bindOf(text: string): Bind {
  const [source = '', target = '', mode] = text.split(':');
  return { source, target, read_only: mode === 'ro' };
}

function substituted(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return substitutedText(value, variables);
  if (Array.isArray(value)) return value.map((each) => substituted(each, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, substituted(member, variables)]),
  );
}

/** `$$`, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; an empty variable counts as missing. */
function substitutedText(text: string, variables: Variables): string {
  return text.replace(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (found, name: string, kind, word = '') => {
    if (found === '$$') return '$';
    const value = variables[name] ?? '';
    if (value !== '') return value;
    if (kind === '?') throw new Error(`required variable ${name} is missing a value: ${word}`);
    return String(word);
  });
}
