import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { COMMAND_CHANNEL, type CommandEvent } from '../../../device/command-log.js';
import { OPERATION_CHANNEL, type OperationEvent } from '../../../device/operation-log.js';
import { LtoError } from '../../../errors/index.js';
import type { Family, Labels } from './family.js';

export interface Value {
  readonly labels: Labels;
  readonly value: number;
}

export interface ProcessFamily extends Pick<Family, 'name' | 'help' | 'type'> {
  readonly values: () => readonly Value[];
}

/** Counts by labels. */
class Counter {
  readonly #counts = new Map<string, { readonly labels: Labels; value: number }>();

  add(labels: Labels, by: number): void {
    const key = JSON.stringify(labels);
    const known = this.#counts.get(key) ?? { labels, value: 0 };
    known.value += by;
    this.#counts.set(key, known);
  }

  get values(): readonly Value[] {
    return [...this.#counts.values()];
  }
}

const NAMES = {
  commands: ['lto_commands_total', 'Commands of this process to drive and driver, by their outcome.'],
  seconds: ['lto_command_seconds_total', 'Time of these commands, with the queue.'],
  files: ['lto_files_total', 'Files that this process wrote or read, by their outcome.'],
  bytes: ['lto_file_bytes_total', 'Bytes of these files.'],
  records: ['lto_file_records_total', 'Records of these files.'],
  errors: ['lto_errors_total', 'Calls of this process that were rejected, by the code of the error.'],
} as const;

/** What this process does, from its diagnostics channels. */
export class ProcessCounts {
  readonly #counters = Object.fromEntries(Object.keys(NAMES).map((name) => [name, new Counter()])) as {
    readonly [K in keyof typeof NAMES]: Counter;
  };
  readonly #onCommand = (message: unknown) => this.#command(message as CommandEvent);
  readonly #onOperation = {
    start: () => undefined,
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (message: object) => this.#operation(message as OperationEvent),
    error: (message: object) => this.#error(message as OperationEvent),
  };
  readonly #operations = tracingChannel(OPERATION_CHANNEL);

  constructor() {
    subscribe(COMMAND_CHANNEL, this.#onCommand);
    this.#operations.subscribe(this.#onOperation);
  }

  get families(): readonly ProcessFamily[] {
    return Object.entries(NAMES).map(([key, [name, help]]) => {
      const counts = this.#counters[key as keyof typeof NAMES];
      return { name, help, type: 'counter', values: () => counts.values };
    });
  }

  close(): void {
    unsubscribe(COMMAND_CHANNEL, this.#onCommand);
    this.#operations.unsubscribe(this.#onOperation);
  }

  #command({ device, operation: named, outcome, duration }: CommandEvent): void {
    // The count of a motion is no dimension.
    const labels = { device, operation: named.replace(/ -?\d+$/, ''), outcome };
    this.#counters.commands.add(labels, 1);
    this.#counters.seconds.add(labels, duration / 1000);
  }

  #operation({ device, operation, moved, error }: OperationEvent): void {
    if (moved === undefined) return;
    const labels = { device, direction: operation === 'write file' ? 'writing' : 'reading' };
    this.#counters.files.add({ ...labels, outcome: error === undefined ? 'whole' : codeOf(error) }, 1);
    this.#counters.bytes.add(labels, moved.bytes);
    this.#counters.records.add(labels, moved.records);
  }

  #error({ device, subject, operation, error }: OperationEvent): void {
    this.#counters.errors.add({ device, subject, operation, code: codeOf(error) }, 1);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof LtoError) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'other';
}
