/**
 * Runs `work` inside an open transaction and answers once it is committed. Whatever `work` throws undoes the
 * transaction, and every promise of it has an end: a failed request rejects twice, as itself and as `done`.
 */
export async function within<Result>(
  transaction: { readonly done: Promise<void>; abort(): void },
  work: () => Promise<Result>,
): Promise<Result> {
  const done = transaction.done.then(
    () => null,
    (thrown: unknown) => thrown ?? new DOMException('the browser aborted the transaction', 'AbortError'),
  );
  let result: Result;
  try {
    result = await work();
  } catch (thrown) {
    try {
      transaction.abort();
    } catch {
      // already undone by the failed request
    }
    await done;
    throw thrown;
  }
  const failure = await done;
  if (failure !== null) throw failure;
  return result;
}
