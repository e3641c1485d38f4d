import { path, query } from '../shared/router.js';

/** A filter that the address has, or an empty text. */
export const filterOf = (name: string): string => new URLSearchParams(query.value).get(name) ?? '';

/** The page of a list that the address has. */
export const pageOf = (): number => Math.max(1, Math.floor(Number(filterOf('page'))) || 1);

/** The address of this view with other filters; an empty one is left out. Another filter leads to the first page. */
export function addressWith(filters: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(query.value);
  next.delete('page');
  for (const [name, value] of Object.entries(filters)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  return next.size === 0 ? path.value : `${path.value}?${next.toString()}`;
}

/** What follows the path of a section, such as the id of a person. */
export const below = (section: string): string =>
  path.value === section ? '' : decodeURIComponent(path.value.slice(section.length + 1));
