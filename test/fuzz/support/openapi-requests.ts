import fc from 'fast-check';
import type { Operation, Schema } from '../../e2e/support/api-docs-document.js';
import { hostileContent, hostileText, hostileValue } from './hostile-values.js';

/** Who sends the request. */
export type Caller = 'nobody' | 'member' | 'admin' | 'forger';

export interface FuzzRequest {
  operation: Operation;
  method: string;
  path: string;
  caller: Caller;
  headers: Record<string, string>;
  body: string | undefined;
}

interface FuzzSchema extends Schema {
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** Requests that hash a password take 1,000 times as long as others. */
const HASHING = /register|\/login|change-(password|email)/;
const HASHING_WEIGHT = 1;
const OTHER_WEIGHT = 20;
const JSON_TYPE = 'application/json';
/** What makes a request valid that the document cannot say. Clients authenticate by HTTP Basic, and by one method only. */
const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  waitMs: fc.integer({ min: 0, max: 50 }),
  cursor: fc.constantFrom('', undefined),
  client_id: fc.constant(undefined),
  client_secret: fc.constant(undefined),
};

/** Valid, nearly valid and hostile requests to every operation of the document. @param ids what a path may name */
export function requestsOf(
  operations: readonly Operation[],
  ids: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: HASHING.test(operation.route) ? HASHING_WEIGHT : OTHER_WEIGHT,
      arbitrary: requestOf(operation, ids),
    })),
  );
}

function requestOf(operation: Operation, ids: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const [method = '', template = ''] = operation.route.split(' ');
  const values = fc.record(
    Object.fromEntries(
      operation.parameters.map(({ name, schema }) => [name, parameterValue(schema, name, ids)]),
    ),
  );
  return fc
    .record({
      values,
      extra: fc.option(fc.tuple(hostileText, hostileText), { freq: 8 }),
      caller: fc.oneof(
        { weight: 2, arbitrary: fc.constant<Caller>('nobody') },
        { weight: 4, arbitrary: fc.constant<Caller>('member') },
        { weight: 4, arbitrary: fc.constant<Caller>('admin') },
        { weight: 1, arbitrary: fc.constant<Caller>('forger') },
      ),
      content: contentOf(operation),
    })
    .map(({ values: given, extra, caller, content }) => {
      const located = (place: string) => operation.parameters.filter((parameter) => parameter.in === place);
      const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encode(given[name] ?? ''));
      const query = located('query')
        .filter(({ name }) => given[name] !== undefined)
        .map(({ name }) => `${name}=${encode(given[name] ?? '')}`);
      if (extra) query.push(extra.map(encode).join('='));
      const own = located('header')
        .filter(({ name }) => given[name] !== undefined)
        .map(({ name }) => [name, printable(given[name] ?? '')]);
      const headers = { ...Object.fromEntries(own), ...content?.headers } as Record<string, string>;
      const target = query.length > 0 ? `${path}?${query.join('&')}` : path;
      return { operation, method, path: target, caller, headers, body: content?.body };
    });
}

function parameterValue(
  schema: FuzzSchema,
  name: string,
  ids: readonly string[],
): fc.Arbitrary<string | undefined> {
  const isId = schema.format === 'uuid' || name === 'id';
  const valid = isId ? fc.oneof(fc.constantFrom(...ids), fc.uuid()) : validOf(schema).map(String);
  return fc.oneof(
    { weight: 5, arbitrary: valid },
    { weight: 2, arbitrary: hostileText },
    { weight: isId ? 0 : 3, arbitrary: fc.constant(undefined) },
  );
}

function contentOf({ requestBody }: Operation) {
  const [[type, media] = [JSON_TYPE, { schema: undefined }]] = Object.entries(requestBody?.content ?? {});
  const { schema } = media;
  const serialise = (value: unknown) => ({
    headers: { 'content-type': type },
    body: type === JSON_TYPE ? JSON.stringify(value) : formOf(value),
  });
  const hostile = hostileContent.map((content) => ({
    headers: { 'content-type': content.type },
    body: content.text,
  }));
  const nothing = fc.constant(undefined);
  if (schema === undefined)
    return fc.oneof({ weight: 9, arbitrary: nothing }, { weight: 1, arbitrary: hostile });
  const valid = validOf(schema);
  const nearly = fc
    .tuple(
      valid,
      fc.constantFrom(...Object.keys(schema.properties ?? {}), 'role', '__proto__', 'id'),
      hostileValue,
    )
    .map(([value, name, change]) => ({ ...(value as object), [name]: change }));
  return fc.oneof(
    { weight: 3, arbitrary: valid.map(serialise) },
    { weight: 5, arbitrary: nearly.map(serialise) },
    { weight: 3, arbitrary: hostile },
    { weight: 1, arbitrary: nothing },
  );
}

function validOf(schema: FuzzSchema): fc.Arbitrary<unknown> {
  const { minimum = 0, maximum = 1000, items = {}, type } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (type === 'object') return validObject(schema);
  if (type === 'array') return fc.array(validOf(items), { maxLength: 3 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return fc.integer({ min: minimum, max: maximum });
  return validText(schema);
}

function validObject({ properties = {}, required = [] }: FuzzSchema): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, member]) => [name, VALUES[name] ?? validOf(member)]);
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...required, ...Object.keys(properties).filter((name) => name in VALUES)],
  });
}

function validText({ format, minLength = 0, maxLength = 40 }: FuzzSchema): fc.Arbitrary<string> {
  if (format === 'email') return fc.uuid().map((id) => `${id}@example.org`);
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40) });
}

function formOf(value: unknown): string {
  const members = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]): [string, string] => [
      name,
      typeof member === 'string' ? member : JSON.stringify(member),
    ]);
  return new URLSearchParams(members).toString();
}

/** A lone surrogate cannot be encoded; its bytes can be sent all the same. */
function encode(text: string): string {
  return /\p{Surrogate}/u.test(text) ? '%ED%A0%80' : encodeURIComponent(text);
}

/** What Node sends as a header. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
