import { expect } from 'vitest';
import { LtoError } from '../../src/errors/index.js';

export interface Refusal {
  /** As the message names it. */
  readonly device: string;
  /** What the operating system said. */
  readonly errno?: string;
  /** What the drive said: key, additional sense code and qualifier. */
  readonly sense?: readonly [key: number, asc: number, ascq: number];
  /** What the sentence that says what to do next has to name. */
  readonly next: RegExp;
}

type ErrorClass = abstract new (...args: never[]) => LtoError;

/** Expects a typed error that names the device, its cause and the next step; resolves with it. */
export async function expectRefusal<T extends ErrorClass>(
  attempt: Promise<unknown>,
  type: T,
  { device, errno, sense, next }: Refusal,
): Promise<InstanceType<T>> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  expect(error).toBeInstanceOf(LtoError);
  const refusal = error as InstanceType<T>;
  expect(refusal.device).toBe(device);
  expect(refusal.message).toContain(device);
  expect(refusal.errno).toBe(errno);
  expect(refusal.sense && [refusal.sense.key, refusal.sense.asc, refusal.sense.ascq]).toEqual(sense);
  expect(refusal.next).toMatch(next);
  return refusal;
}
