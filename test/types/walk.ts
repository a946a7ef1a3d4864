import { Readable, Stream, Writable } from 'node:stream';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';

// Whatever is given to a public method or function instead of what it takes, the answer is InvalidArgumentError, soon,
// and nothing has changed.

/** Of types that no argument has where these are used. */
export const NO_RECORD: readonly unknown[] = [null, 'text', 7, [], true];
export const NO_OPTIONS: readonly unknown[] = [...NO_RECORD, { noSuchOption: 1 }];
export const NO_NUMBER: readonly unknown[] = [null, 'text', '7', {}, [], Number.NaN, -(2 ** 60), 2 ** 60, Infinity];
export const NO_TEXT: readonly unknown[] = [null, undefined, 7, {}, ''];
export const NO_OBJECT: readonly unknown[] = [null, undefined, 'text', 7];

/** Arguments, one of which cannot be right. */
export type Calls = readonly (readonly unknown[])[];
export type Rows = Readonly<Record<string, Calls>>;

/** Takes nothing, or anything at all. */
export const NOTHING: Calls = [];
export const OPTIONS = only(NO_OPTIONS);

/** `before` stands ahead of each bad value. */
export function only(bad: readonly unknown[], ...before: readonly unknown[]): Calls {
  return bad.map((value) => [...before, value]);
}

const HANGS_MS = 20_000;
type Method = (...args: readonly unknown[]) => unknown;

/** What a call throws, rejects with, or, for a generator and a stream, fails with once it is read. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    const made = await call();
    if (typeof made === 'object' && made !== null && Symbol.asyncIterator in made && !(made instanceof Stream)) {
      for await (const _ of made as AsyncIterable<unknown>);
    }
    if (made instanceof Readable) for await (const _ of made);
    return 'no error';
  } catch (error) {
    return error;
  }
}

/** As the call itself does, or the stream that it was made of. */
async function failureOfStream(stream: Stream, call: () => unknown): Promise<unknown> {
  const failed = new Promise((resolve) => stream.once('error', resolve));
  try {
    await call();
    return await failed;
  } catch (error) {
    return error;
  }
}

async function soon(failure: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise((resolve) => {
    timer = setTimeout(resolve, HANGS_MS, 'it hangs');
  });
  try {
    return await Promise.race([failure, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

export async function expectRefused(
  name: string,
  calls: Calls,
  call: (args: readonly unknown[]) => unknown,
  stream?: Stream,
): Promise<void> {
  const accepted: string[] = [];
  for (const args of calls) {
    const invoke = () => call(args);
    const failure = await soon(stream === undefined ? failureOf(invoke) : failureOfStream(stream, invoke));
    if (!(failure instanceof InvalidArgumentError)) accepted.push(`${inspect(args)}: ${failure}`);
  }
  expect.soft(accepted, name).toEqual([]);
}

const FOREIGN: ReadonlySet<unknown> = new Set([
  Object.prototype,
  Stream.prototype,
  Readable.prototype,
  Writable.prototype,
]);

/** Our methods by name, inherited ones too; what Node.js calls itself begins with an underscore. */
function methodsOf(instance: object): Map<string, Method> {
  const methods = new Map<string, Method>();
  const add = (of: object) => {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (typeof value === 'function' && name !== 'constructor' && !/^_/.test(name)) methods.set(name, value);
    }
  };
  if (Object.getPrototypeOf(instance) === Object.prototype) add(instance);
  for (
    let of = Object.getPrototypeOf(instance);
    !FOREIGN.has(of) && 'constructor' in of;
    of = Object.getPrototypeOf(of)
  ) {
    // Of an EventEmitter the events are Node's.
    if (Object.hasOwn(of, 'emit') && Object.hasOwn(of, 'on')) break;
    add(of);
  }
  return methods;
}

/** Until nothing waits for it any more. */
async function end(stream: Readable): Promise<void> {
  stream.on('error', () => undefined);
  stream.destroy();
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
}

/**
 * Every method has a row and refuses what is in it; `told` is the same before and after. A stream serves for one call:
 * `anew` makes the instance for each. `hidden`: methods that TypeScript lets nobody call.
 */
export async function walk(
  rows: Rows,
  anew: () => object | Promise<object>,
  told: () => unknown = () => undefined,
  hidden: readonly string[] = [],
): Promise<void> {
  const first = await anew();
  expect([...methodsOf(first).keys()].toSorted()).toEqual([...Object.keys(rows), ...hidden].toSorted());
  if (first instanceof Stream) await end(first as Readable);
  const before = await told();
  for (const [name, calls] of Object.entries(rows)) {
    for (const args of calls) {
      const instance = first instanceof Stream ? await anew() : first;
      const method = methodsOf(instance).get(name);
      const stream = instance instanceof Stream ? instance : undefined;
      await expectRefused(name, [args], (given) => method?.apply(instance, [...given]), stream);
      if (stream !== undefined) await end(stream as Readable);
    }
  }
  expect(await told()).toEqual(before);
}
