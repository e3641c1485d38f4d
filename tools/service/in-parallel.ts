/**
 * Runs a work for each item, a few at a time. After a failure no further work begins.
 * @throws the first error, when the works that had begun have ended
 */
export async function inParallel<Item>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const runners = Array.from({ length: Math.min(atATime, items.length) }, async () => {
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    } catch (error) {
      queue.length = 0;
      throw error;
    }
  });
  const failure = (await Promise.allSettled(runners)).find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
