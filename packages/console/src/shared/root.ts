/** Where the service is on this origin: `/`, or the path of `PUBLIC_URL`. The scripts are in `console/assets/` below it. */
export const ROOT = new URL(import.meta.url).pathname.replace(/console\/assets\/[^/]*$/, '');

/** The path of a page or file of the service. @param path without a slash at its beginning */
export const below = (path: string): string => ROOT + path;
