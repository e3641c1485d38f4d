import type { ExecutionContext } from '@nestjs/common';
import type { Principal } from '../principal.js';

interface Headers {
  readonly authorization?: string;
}

interface RequestLike {
  readonly headers?: Headers;
  user?: Principal;
}

/** What carries the access token of one call: a request, the context of a GraphQL operation, a socket, the context of a message. */
export interface Carrier {
  /** Lives as long as the call, or as the connection. */
  readonly key: object;
  /** `Bearer <access token>`, if there is one. */
  readonly authorization: string | undefined;
  /** Gets the member `user`, as other code of the application expects it. */
  readonly request?: RequestLike | undefined;
}

const principals = new WeakMap<object, Principal>();

/** Keeps who makes the call. */
export function identify({ key, request }: Carrier, principal: Principal): void {
  principals.set(key, principal);
  if (request !== undefined) request.user = principal;
}

/** Who makes the call, if the guard has found it out. */
export const principalOf = (context: ExecutionContext): Principal | undefined =>
  principals.get(carrierOf(context).key);

/**
 * Where the token of the call is.
 * @throws TypeError for a kind of context that is not known
 */
export function carrierOf(context: ExecutionContext): Carrier {
  const type = context.getType<string>();
  const find = Object.hasOwn(CARRIERS, type) ? CARRIERS[type] : undefined;
  if (find === undefined)
    throw new TypeError(`VerifierAuthGuard cannot find the token of a context of type "${type}"`);
  return find(context);
}

const CARRIERS: Record<string, (context: ExecutionContext) => Carrier> = {
  http: (context) => {
    const request = context.switchToHttp().getRequest<RequestLike>();
    return { key: request, request, authorization: request.headers?.authorization };
  },
  graphql: (context) => ofOperation(context.getArgByIndex(2)),
  ws: (context) => ofSocket(context.switchToWs().getClient()),
  rpc: (context) => ofMessage(context.switchToRpc().getContext()),
};

interface OperationContext {
  /** Apollo */
  readonly req?: RequestLike;
  /** Mercurius */
  readonly reply?: { readonly request: RequestLike };
  readonly request?: RequestLike;
  /** graphql-ws, also by Apollo */
  readonly connectionParams?: Record<string, unknown>;
  readonly extra?: { readonly request?: RequestLike };
}

function ofOperation(context: OperationContext): Carrier {
  const request = context.req ?? context.reply?.request ?? context.request ?? context.extra?.request;
  const said = member(context.connectionParams, 'authorization');
  return { key: context, request, authorization: said ?? request?.headers?.authorization };
}

/** The request that opened a connection. */
export interface OpeningRequest {
  readonly headers: Headers & { readonly 'sec-websocket-protocol'?: string };
}

/** A socket of socket.io, or of ws. */
export interface SocketLike {
  readonly handshake?: OpeningRequest & { readonly auth?: { readonly token?: unknown } };
}

const tokens = new WeakMap<object, string>();

/** Keeps the token of a connection: a socket of ws does not know the request that opened it, and a newer token may come. */
export const keepToken = (socket: object, token: string): void => void tokens.set(socket, token);

function ofSocket(socket: SocketLike): Carrier {
  const token = tokens.get(socket) ?? socket.handshake?.auth?.token;
  const authorization =
    typeof token === 'string' ? `Bearer ${token}` : socket.handshake?.headers.authorization;
  return { key: socket, authorization };
}

interface MessageContext {
  /** gRPC */
  readonly get?: (name: string) => unknown[];
  /** NATS */
  readonly getHeaders?: () => { get(name: string): unknown } | undefined;
  /** Kafka, RabbitMQ */
  readonly getMessage?: () => {
    readonly headers?: Record<string, unknown>;
    readonly properties?: { readonly headers?: Record<string, unknown> };
  };
}

/** In the metadata or headers of the transport. TCP and Redis have none: see `authorizationOf` of the guard. */
function ofMessage(context: MessageContext): Carrier {
  const message = context.getMessage?.();
  const found =
    context.get?.('authorization')[0] ??
    context.getHeaders?.()?.get('authorization') ??
    member(message?.headers ?? message?.properties?.headers, 'authorization');
  return { key: context, authorization: text(found) };
}

const member = (record: Record<string, unknown> | undefined, name: string): string | undefined => {
  const [, value] = Object.entries(record ?? {}).find(([key]) => key.toLowerCase() === name) ?? [];
  return text(value);
};

const text = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString() : undefined;
};
