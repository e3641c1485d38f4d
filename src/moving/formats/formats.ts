import { AUTH0_FORMAT } from './auth0.format.js';
import { BETTER_AUTH_FORMAT } from './better-auth.format.js';
import { FIREBASE_FORMAT } from './firebase.format.js';
import { KEYCLOAK_FORMAT } from './keycloak.format.js';
import { CSV_FORMAT, NDJSON_FORMAT } from './plain.format.js';
import type { SourceFormat } from './source-format.js';
import { SUPABASE_FORMAT } from './supabase.format.js';

/** By the name of `--format`. */
export const FORMATS = {
  ndjson: NDJSON_FORMAT,
  csv: CSV_FORMAT,
  keycloak: KEYCLOAK_FORMAT,
  auth0: AUTH0_FORMAT,
  supabase: SUPABASE_FORMAT,
  firebase: FIREBASE_FORMAT,
  'better-auth': BETTER_AUTH_FORMAT,
} as const satisfies Readonly<Record<string, SourceFormat>>;

export type FormatName = keyof typeof FORMATS;

export const isFormatName = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);
