/** Waits for `work`, then closes what it used. An error of `work` takes precedence over one of closing. */
export async function closedAfter<T>(work: Promise<T>, close: () => Promise<unknown>): Promise<T> {
  const [outcome] = await Promise.allSettled([work]);
  const closed = await close().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (outcome.status === 'rejected') throw outcome.reason;
  if (closed) throw closed.error;
  return outcome.value;
}
