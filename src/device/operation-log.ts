import { tracingChannel } from 'node:diagnostics_channel';

/**
 * Name of the tracing channel on which every call of a public method is published: `tracing:node-lto:operation:start`,
 * `…:asyncEnd` and so on, as `tracingChannel()` of Node.js names them, each with an `OperationEvent`.
 */
export const OPERATION_CHANNEL = 'node-lto:operation';

/** One call of a public method, or one file that a stream moves. It never contains data, so never a key. */
export interface OperationEvent {
  /** The class: `TapeDrive`, `TapeLibrary`, `LtoProvider`. */
  readonly subject: string;
  /** The method: `rewind`; `write file` and `read file` for the life of a stream. */
  readonly operation: string;
  /** The device as it was named when it was opened. */
  readonly device: string;
  /** Of `write file` and `read file`, when it has ended. */
  moved?: MovedFile | undefined;
  /** Why the call was rejected. */
  readonly error?: unknown;
}

/** What a stream has moved. */
export interface MovedFile {
  readonly fileNumber: number | undefined;
  readonly records: number;
  readonly bytes: number;
}

interface Context extends OperationEvent {
  // Node.js adds `result` and `error`.
  result?: unknown;
  error?: unknown;
}

const operations = tracingChannel<unknown, Context>(OPERATION_CHANNEL);

/** Whether somebody listens. */
export function isTraced(): boolean {
  return operations.hasSubscribers;
}

/** Runs `work` and publishes its beginning and its end. Costs nothing while nobody listens. */
export function traced<T>(
  event: Pick<OperationEvent, 'subject' | 'operation' | 'device'>,
  work: (event: OperationEvent) => Promise<T>,
): Promise<T> {
  const context: Context = { ...event };
  return operations.hasSubscribers ? operations.tracePromise(() => work(context), context) : work(context);
}

type Method = (...parameters: unknown[]) => unknown;

/**
 * Publishes the calls of all public methods of a class that return a promise. `others`: names of those that do not, or that
 * are part of others.
 */
export function traceMethods<T extends object>(
  type: { readonly name: string; readonly prototype: T },
  deviceOf: (instance: T) => string,
  others?: RegExp,
): void {
  const { name: subject, prototype } = type;
  for (const [operation, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const method: unknown = property.value;
    if (typeof method !== 'function' || operation === 'constructor' || others?.test(operation)) continue;
    const original = method as Method;
    const replacement = function (this: T, ...parameters: unknown[]): unknown {
      const call = () => original.apply(this, parameters) as Promise<unknown>;
      return operations.hasSubscribers ? traced({ subject, operation, device: deviceOf(this) }, call) : call();
    };
    Object.defineProperty(prototype, operation, { ...property, value: named(replacement, original) });
  }
}

/** Under the name and with the number of parameters of the method that it stands for. */
function named(replacement: Method, { name, length }: Method): Method {
  return Object.defineProperties(replacement, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
}
