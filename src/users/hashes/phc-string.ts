import { MAX_HASH_LENGTH } from './hash-bounds.js';

const PARAMETER = /^([a-z]{1,8})=(\w{1,16})$/;
const BASE64 = /^[A-Za-z0-9+/]*$/;

/** The parts of `$id[$v=version]$name=value,…$salt$hash`. */
export interface PhcString {
  readonly id: string;
  readonly version: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
  /** The salt, the hash, and what else follows. */
  readonly values: readonly Uint8Array[];
}

/**
 * Reads a PHC string: https://github.com/P-H-C/phc-string-format. Values are base64 without padding.
 * @returns `undefined` for a text that is none
 */
export function parsePhcString(text: string): PhcString | undefined {
  if (text.length > MAX_HASH_LENGTH || !text.startsWith('$')) return undefined;
  const [id = '', ...rest] = text.slice(1).split('$');
  const version = rest[0]?.startsWith('v=') === true ? rest.shift()?.slice(2) : undefined;
  const parameters = parametersOf(rest.shift() ?? '');
  const values = rest.map(bytesOf);
  if (parameters === undefined || values.length < 2 || !values.every((value) => value !== undefined))
    return undefined;
  return { id, version, parameters, values };
}

/** @returns an integer above 0 of at most 10 digits, or `undefined` */
export function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/** Base64 as PHC strings have it: the standard alphabet, without padding. */
export const toPhcBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replaceAll('=', '');

function parametersOf(text: string): Map<string, string> | undefined {
  const pairs = text.split(',').map((part) => PARAMETER.exec(part));
  if (!pairs.every((pair) => pair !== null)) return undefined;
  const parameters = new Map(pairs.map(([, name = '', value = '']) => [name, value]));
  return parameters.size === pairs.length ? parameters : undefined;
}

/** An array of its own: what is sent to a thread is copied with all of its memory. */
function bytesOf(text: string): Uint8Array | undefined {
  if (!BASE64.test(text) || text.length % 4 === 1) return undefined;
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
