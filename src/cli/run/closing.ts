/** Ends `work` and then closes what it worked with. What went wrong first is what counts; an error of closing only comes after success. */
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
