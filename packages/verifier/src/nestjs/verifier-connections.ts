import { Inject, Injectable } from '@nestjs/common';
import { type MonoTypeOperatorFunction, Observable, Subscription } from 'rxjs';
import { bearerOf, type RequestWithHeaders } from '../authorization.js';
import type { Principal } from '../principal.js';
import { Verifier } from '../verifier.js';
import { VerifierError } from '../verifier-error.js';
import type { Watch, WatchEnd } from '../watches.js';
import { keepToken, type OpeningRequest } from './carrier.js';
import { closeSocket, endEventOf, type Socket } from './sockets.js';
import { VerifierException } from './verifier.exception.js';

/** How browsers send a token, which cannot set headers of a WebSocket: `new WebSocket(url, ['app.v1', 'bearer.' + token])`. */
const PROTOCOL = 'bearer.';

/** Ends the sockets and streams of this service when the session of their user ends. */
@Injectable()
export class VerifierConnections {
  private readonly watches = new WeakMap<object, Watch>();

  constructor(@Inject(Verifier) private readonly verifier: Verifier) {}

  /**
   * Admits a connection, in `handleConnection` of a gateway, and closes it as soon as its token is revoked, has expired or cannot be
   * verified. One without a valid token is closed at once: with the event `exception`, and with ws the codes 4001 (revoked), 4002 (expired),
   * 4401 (no valid token) or 1013 (cannot be verified).
   *
   * @param client of socket.io, with the token as `auth.token` or in the header `Authorization`; or of ws
   * @param request with ws: the second argument of `handleConnection`
   * @returns who connects; `undefined` when the connection was closed
   */
  async admit(client: object, request?: OpeningRequest): Promise<Principal | undefined> {
    const socket = client as Socket;
    const closed = new Promise<void>((resolve) => socket.once(endEventOf(socket), resolve));
    try {
      const token = tokenOf(socket, request);
      // Messages may come before the verdict: the guard verifies them by this token.
      keepToken(socket, token);
      const watch = await this.verifier.watch(token, { onEnd: (ended) => this.close(socket, ended) });
      this.watches.set(socket, watch);
      void closed.then(() => watch.close());
      return watch.principal;
    } catch (error) {
      closeSocket(socket, problemOf(error), false);
      return undefined;
    }
  }

  /**
   * Goes on with a newer token of the same session, which the client has sent in a message.
   * @throws VerifierException, which `UseVerifier` answers; the connection stays open
   */
  async renew(client: object, accessToken: string): Promise<Principal> {
    const watch = this.watches.get(client);
    if (watch === undefined) throw new VerifierException(new VerifierError('token_missing'));
    try {
      const principal = await watch.renew(accessToken);
      keepToken(client, accessToken);
      return principal;
    } catch (error) {
      throw error instanceof VerifierError ? new VerifierException(error) : error;
    }
  }

  /**
   * Completes a stream as soon as the token of its request is revoked, has expired or cannot be verified: `return
   * source.pipe(this.connections.whileLive(request))` in an `@Sse` route.
   */
  whileLive<T>(request: RequestWithHeaders): MonoTypeOperatorFunction<T> {
    return (source) =>
      new Observable((subscriber) => {
        const subscription = new Subscription();
        const start = async (): Promise<void> => {
          const token = bearerOf(request.headers.authorization);
          const watch = await this.verifier.watch(token, { onEnd: () => subscriber.complete() });
          subscription.add(() => watch.close());
          if (!subscriber.closed) subscription.add(source.subscribe(subscriber));
        };
        start().catch((error: unknown) => subscriber.error(error));
        return subscription;
      });
  }

  private close(socket: Socket, { code, reason }: WatchEnd): void {
    const problem = new VerifierError(code).toProblem();
    closeSocket(socket, reason === undefined ? problem : { ...problem, reason }, true);
  }
}

/** @throws VerifierError `token_missing` */
function tokenOf({ handshake }: Socket, request?: OpeningRequest): string {
  const given = handshake?.auth?.token;
  if (typeof given === 'string') return given;
  const { authorization, 'sec-websocket-protocol': offered = '' } = (request ?? handshake)?.headers ?? {};
  const protocol = offered.split(/, */).find((name) => name.startsWith(PROTOCOL));
  return protocol === undefined ? bearerOf(authorization) : protocol.slice(PROTOCOL.length);
}

function problemOf(error: unknown) {
  return (error instanceof VerifierError ? error : new VerifierError('unavailable', error)).toProblem();
}
