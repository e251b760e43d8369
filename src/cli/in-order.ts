/**
 * Maps items by an asynchronous function, several at a time, and yields the results in the order of the items.
 * @param inFlight the number of calls that overlap.
 * @param map returns errors as results: it must not reject.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  inFlight: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = [];
  for (const item of items) {
    if (started.length >= inFlight) yield await (started.shift() as Promise<Result>);
    started.push(map(item));
  }
  for (const result of started) yield await result;
}
