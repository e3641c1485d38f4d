/**
 * The variables of a container with paths of this machine.
 * @param paths files and folders here, by their path in the container
 */
export function withPaths(
  variables: Readonly<Record<string, string>>,
  paths: Readonly<Record<string, string>>,
): Record<string, string> {
  const moved = (value: string): string => {
    const isIn = (path: string) => value === path || value.startsWith(`${path}/`);
    const [path, here] = Object.entries(paths).find(([each]) => isIn(each)) ?? ['', ''];
    return here + value.slice(path.length);
  };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, moved(value)]));
}
