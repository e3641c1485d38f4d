import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';

/** What one decorator says of a route or, failing that, of its controller; looked up once a route and not with each request. */
export class RouteMetadata<T> {
  private readonly known = new Map<unknown, Map<unknown, T | undefined>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly key: symbol,
  ) {}

  /** @returns `undefined` where the decorator is on neither */
  of(context: ExecutionContext): T | undefined {
    const controller = context.getClass();
    const handler = context.getHandler();
    const routes = this.routesOf(controller);
    if (!routes.has(handler))
      routes.set(handler, this.reflector.getAllAndOverride<T | undefined>(this.key, [handler, controller]));
    return routes.get(handler);
  }

  /** Controllers may inherit a handler and say different things of it. */
  private routesOf(controller: unknown): Map<unknown, T | undefined> {
    const known = this.known.get(controller);
    if (known !== undefined) return known;
    const routes = new Map<unknown, T | undefined>();
    this.known.set(controller, routes);
    return routes;
  }
}
