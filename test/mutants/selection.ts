import { type Arguments, UsageError } from './arguments.js';
import type { Mutant } from './mutant.js';

/**
 * The mutants that the arguments ask for, in the order of the table.
 *
 * @param changed the files that differ; `undefined` selects whatever the files are
 * @throws UsageError when no name and no file contains the filter
 */
export function selectMutants(
  mutants: readonly Mutant[],
  { filter }: Pick<Arguments, 'filter'>,
  changed?: ReadonlySet<string>,
): Mutant[] {
  const wanted = mutants.filter(({ name, file }) =>
    `${name} ${file}`.toLowerCase().includes(filter.toLowerCase()),
  );
  if (wanted.length === 0) throw new UsageError(`No mutant has this in its name or file: ${filter}`);
  return wanted.filter(
    ({ file, specs }) => changed === undefined || [file, ...specs].some((path) => changed.has(path)),
  );
}
