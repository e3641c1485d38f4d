import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Four characters of drawing a level, then a piece of the path, then the methods if a route ends here. */
const LINE = /^((?:[│ ] {3})*)[├└]── (\S+)(?: \((.+)\))?$/;
const ROOT = '(empty root node)';

/** Every `METHOD /path` that Fastify's own router knows, by whatever it was registered. */
export function routesOf(app: NestFastifyApplication): string[] {
  // Without common prefixes, the tree leaves out the path between a route and a wildcard below it.
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: true });
  const pieces: string[] = [];
  const routes: string[] = [];
  for (const line of tree.split('\n').filter((text) => text !== '' && !text.endsWith(ROOT))) {
    const [, indent = '', piece = '', methods] = LINE.exec(line) ?? [];
    if (piece === '') throw new Error(`a line of the router's tree cannot be read: ${line}`);
    // Below the root node, which is left out, the first piece is a hole.
    pieces.length = indent.length / 4;
    pieces.push(piece);
    for (const method of methods?.split(', ') ?? []) routes.push(`${method} ${pieces.join('')}`);
  }
  return routes.sort();
}
