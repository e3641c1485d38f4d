/** The origin of the service and those that the application names. Throws TypeError for a text that is no origin. */
export function allowedOrigins(service: URL, named: readonly string[] = []): ReadonlySet<string> {
  return new Set([service.origin, ...named.map(originOf)]);
}

function originOf(text: string): string {
  try {
    const { origin, href } = new URL(text);
    if (href === `${origin}/`) return origin;
  } catch {
    // It is no URL either.
  }
  throw new TypeError(`"origins" takes origins alone, such as https://api.example.org: ${text}`);
}
