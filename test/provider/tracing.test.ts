import { tracingChannel } from 'node:diagnostics_channel';
import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { OPERATION_CHANNEL, type OperationEvent } from '../../src/device/operation-log.js';
import { createTracing } from '../../src/device/tracing.js';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import { ID, MIB, newLabelledBench, source } from './support.js';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterAll(() => {
  api.trace.disable();
  api.context.disable();
});
afterEach(() => exporter.reset());

function traced(): void {
  const tracing = createTracing(api);
  onTestFinished(() => tracing.close());
}

function spanOf(name: string): ReadableSpan {
  const spans = exporter.getFinishedSpans().filter((span) => span.name === name);
  expect(spans.length, name).toBeGreaterThan(0);
  return spans.at(-1) as ReadableSpan;
}

it('operations are spans of the application’s trace, those within others below them', async () => {
  const { provider, device } = await newLabelledBench();
  traced();
  await api.trace.getTracer('application').startActiveSpan('nightly', async (span) => {
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    span.end();
  });
  const [nightly, write, file] = [
    spanOf('nightly'),
    spanOf('LtoProvider.writeArchive'),
    spanOf('TapeDrive.write file'),
  ];
  expect(write.parentSpanContext?.spanId).toBe(nightly.spanContext().spanId);
  expect(new Set([nightly, write, file].map((span) => span.spanContext().traceId)).size).toBe(1);
  const below = new Map(exporter.getFinishedSpans().map((span) => [span.spanContext().spanId, span]));
  const names: string[] = [];
  for (let span: ReadableSpan | undefined = file; span; span = below.get(span.parentSpanContext?.spanId ?? ''))
    names.push(span.name);
  expect(names).toEqual([
    'TapeDrive.write file',
    expect.stringMatching(/writeFile$/),
    'LtoProvider.writeArchive',
    'nightly',
  ]);
  expect(file.attributes).toEqual({
    'lto.subject': 'TapeDrive',
    'lto.operation': 'write file',
    'lto.device': device,
    'lto.file.number': 1,
    'lto.file.records': 4,
    'lto.file.bytes': MIB,
  });
  expect(write.status.code).toBe(api.SpanStatusCode.UNSET);
});

it('a failure is in the span, with the code of the error', async () => {
  const { provider } = await newLabelledBench();
  traced();
  await expect(provider.writeArchive('OTHER1L8', source(1))).rejects.toThrow();
  const { status, attributes, events } = spanOf('LtoProvider.writeArchive');
  expect(status.code).toBe(api.SpanStatusCode.ERROR);
  expect(attributes['error.type']).toMatch(/^LTO_/);
  expect(events[0]?.name).toBe('exception');
});

it('after close there are no more spans', async () => {
  const { provider } = await newLabelledBench();
  createTracing(api).close();
  await provider.checkOnline();
  expect(exporter.getFinishedSpans()).toEqual([]);
});

it('what is not the API is refused', () => {
  for (const bad of [null, undefined, 7, 'x', {}, [], { trace: {}, context: {} }, { trace: api.trace }]) {
    expect(() => createTracing(bad as never)).toThrow(InvalidArgumentError);
  }
});

/** Return no promise, or are part of others; properties with a function are events. */
const NOT_TRACED = /^(create\w+|session|allocate|released|cachedLiveInfo|watch)$/;

it('every method that returns a promise is published, also when it refuses its arguments', async () => {
  const { provider, tape } = await newLabelledBench();
  const seen: OperationEvent[] = [];
  const listener = {
    start: (event: object) => void seen.push(event as OperationEvent),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: () => undefined,
    error: () => undefined,
  };
  const channel = tracingChannel(OPERATION_CHANNEL);
  channel.subscribe(listener);
  onTestFinished(() => channel.unsubscribe(listener));
  const methods: [object, string][] = [tape, provider].flatMap((instance) => {
    const own = Object.getPrototypeOf(instance);
    const names = [own, Object.getPrototypeOf(own)].flatMap((prototype) => {
      return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) => {
        return typeof value === 'function' && name !== 'constructor' && !NOT_TRACED.test(name) ? [name] : [];
      });
    });
    // The drive is closed when all else was called.
    return names
      .toSorted((a, b) => Number(a === 'close') - Number(b === 'close'))
      .map((name) => [instance, name] as [object, string]);
  });
  expect(methods.length).toBeGreaterThan(60);
  for (const [instance, name] of methods.filter(([, name]) => name !== 'close')) {
    seen.length = 0;
    const method = (instance as Record<string, (...parameters: unknown[]) => unknown>)[name];
    await Promise.resolve(method?.call(instance, null, null, null)).catch(() => undefined);
    expect(
      seen.map(({ operation }) => operation),
      name,
    ).toContain(name);
  }
  expect(TapeLibrary.prototype.load.name).toBe('load');
});
