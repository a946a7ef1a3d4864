import { expect } from 'vitest';
import { LtoError } from '../../../src/errors/index.js';
import type { ProviderOptions } from '../../../src/provider/provider-options.js';
import type { VirtualDriveOptions } from '../../../src/virtual/index.js';
import { type Bench, newBench, newLabelledBench } from '../support.js';

/** A call that is refused, and what its error says: the cause in the message, and what to do next. */
export interface Refusal {
  readonly settings?: Record<string, unknown>;
  readonly drive?: VirtualDriveOptions;
  readonly options?: ProviderOptions;
  /** Begin with the cartridge as it comes, not with a labelled one. */
  readonly isNew?: boolean;
  readonly call: (bench: Bench) => unknown;
  readonly code: string;
  readonly operation: string | undefined;
  readonly message: string;
  readonly next: string | RegExp;
  /** What else a program finds in the error. */
  readonly more?: Record<string, unknown>;
}

export async function failureOf(call: () => unknown): Promise<LtoError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof LtoError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** The error names the device, the operation, the cause, and the next step. */
export async function expectRefusal(refusal: Refusal): Promise<void> {
  const { settings, drive, options, isNew, call, code, operation, message, next, more } = refusal;
  const bench = await (isNew ? newBench : newLabelledBench)(settings, drive, options);
  const failure = await failureOf(() => call(bench));
  const device = failure.code === 'LTO_INVALID_ARGUMENT' ? failure.device : bench.device;
  expect(failure).toMatchObject({ code, operation, device, ...more });
  expect(failure.message).toContain(message);
  expect(failure.next).toMatch(next);
}
