import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { VERSION } from '../addon/version.js';
import { requireRecord } from '../arguments/options.js';
import { InvalidArgumentError, LtoError } from '../errors/index.js';
import { OPERATION_CHANNEL, type OperationEvent } from './operation-log.js';

/** What is used of the module `@opentelemetry/api`. */
export interface TracingApi {
  readonly trace: {
    getTracer(name: string, version?: string): TracingTracer;
    setSpan(context: unknown, span: unknown): unknown;
  };
  readonly context: { active(): unknown };
}

export interface TracingTracer {
  startSpan(name: string, options?: { readonly attributes?: Record<string, string> }, context?: unknown): TracingSpan;
}

export interface TracingSpan {
  setAttribute(key: string, value: string | number): unknown;
  recordException(exception: { readonly name: string; readonly message: string; readonly code?: string }): void;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

export interface Tracing {
  /** No more spans are begun; those that are open still end. */
  close(): void;
}

/** SpanStatusCode.ERROR */
const FAILED = 2;

/**
 * A span for each operation of this process, named `TapeDrive.rewind`: each call of a public method that returns a
 * promise, and the life of each stream as `TapeDrive.write file` and `TapeDrive.read file`. Give the module
 * `@opentelemetry/api`, which the application has. Throws InvalidArgumentError for anything else.
 */
export function createTracing(api: TracingApi): Tracing {
  requireApi(api);
  const tracer = api.trace.getTracer('node-lto', VERSION);
  const spans = new WeakMap<object, TracingSpan>();
  const current = new AsyncLocalStorage<TracingSpan>();
  const begin = (event: OperationEvent): TracingSpan => {
    const outer = current.getStore();
    const active = api.context.active();
    const parent = outer === undefined ? active : api.trace.setSpan(active, outer);
    const { subject, operation, device } = event;
    const attributes = { 'lto.subject': subject, 'lto.operation': operation, 'lto.device': device };
    const span = tracer.startSpan(`${subject}.${operation}`, { attributes }, parent);
    spans.set(event, span);
    return span;
  };
  const end = (event: OperationEvent): void => {
    const span = spans.get(event);
    spans.delete(event);
    if (span !== undefined) endSpan(span, event);
  };
  const channels = tracingChannel<TracingSpan, OperationEvent>(OPERATION_CHANNEL);
  channels.start.bindStore(current, begin);
  const listener = {
    start: () => undefined,
    // A call that throws has no asynchronous end.
    end: (event: OperationEvent) => (event.error === undefined ? undefined : end(event)),
    asyncStart: () => undefined,
    asyncEnd: end,
    error: () => undefined,
  };
  channels.subscribe(listener);
  return {
    close: () => {
      channels.start.unbindStore(current);
      channels.unsubscribe(listener);
    },
  };
}

function endSpan(span: TracingSpan, { moved, error }: OperationEvent): void {
  if (moved !== undefined) {
    if (moved.fileNumber !== undefined) span.setAttribute('lto.file.number', moved.fileNumber);
    span.setAttribute('lto.file.records', moved.records);
    span.setAttribute('lto.file.bytes', moved.bytes);
  }
  if (error !== undefined) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof LtoError ? error.code : name;
    span.setAttribute('error.type', code);
    span.recordException({ name, message, code });
    span.setStatus({ code: FAILED, message });
  }
  span.end();
}

function requireApi(api: unknown): asserts api is TracingApi {
  const details = { operation: 'tracing', next: 'Give the module @opentelemetry/api' };
  requireRecord('the API', api, details);
  const { trace, context } = api as { readonly trace?: unknown; readonly context?: unknown };
  const has = (of: unknown, name: string) => typeof (of as Record<string, unknown> | undefined)?.[name] === 'function';
  if (has(trace, 'getTracer') && has(trace, 'setSpan') && has(context, 'active')) return;
  throw new InvalidArgumentError('this is not the API of OpenTelemetry', details);
}
