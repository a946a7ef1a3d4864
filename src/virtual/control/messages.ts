import { join } from 'node:path';
import * as z from 'zod';
import type { CartridgeOptions } from '../cartridge/cartridge-options.js';
import type { Fault } from '../unit/faults.js';

// The protocol of the control socket: one JSON document per line; each request is answered by one line.

/** The socket of a served drive. */
export function controlSocketPath(folder: string): string {
  return join(folder, 'control.sock');
}

/** Longest path of a socket (`sun_path` of Linux and macOS, less the ending NUL). */
export const LONGEST_PATH = 103;

const byte = z.int().min(0).max(0xff);

const SENSE = z.strictObject({
  key: z.int().min(0).max(15),
  asc: byte.optional(),
  ascq: byte.optional(),
  deferred: z.boolean().optional(),
  filemark: z.boolean().optional(),
  endOfMedium: z.boolean().optional(),
  incorrectLength: z.boolean().optional(),
  information: z.int().optional(),
});

const FAULT = z.strictObject({
  command: z.union([z.string(), byte]).optional(),
  afterCount: z.int().min(0).optional(),
  atObject: z.int().min(0).optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: z.int().optional(),
  times: z.int().min(0).optional(),
  carriedOut: z.boolean().optional(),
  outcome: z.union([
    z.strictObject({ sense: SENSE }),
    z.strictObject({ hostStatus: byte }),
    z.strictObject({ delayMs: z.int().min(0).max(3_600_000) }),
    z.strictObject({ powerCut: z.literal(true) }),
    z.strictObject({ deferred: SENSE }),
    z.strictObject({ flip: z.enum(['wire', 'medium']) }),
  ]),
});

const NEW_CARTRIDGE = z.strictObject({
  barcode: z.string().optional(),
  generation: z.int().optional(),
  format: z.string().optional(),
  capacityBytes: z.int().optional(),
  worm: z.boolean().optional(),
  cleaning: z.boolean().optional(),
  usedCleanings: z.int().optional(),
  writeProtected: z.boolean().optional(),
  discardsData: z.boolean().optional(),
});

/** A cartridge by name, or the options of a new one. */
export const CARTRIDGE = z.union([z.string(), NEW_CARTRIDGE]) as z.ZodType<string | CartridgeOptions>;

export const FAULTS = z.array(FAULT).max(1000) as unknown as z.ZodType<readonly Fault[]>;

/** Throws ZodError for an invalid list of faults. */
export function parseFaults(document: unknown): readonly Fault[] {
  return FAULTS.parse(document);
}

/** The response to a request: the state of the device now, or the error. */
const RESPONSE = z.union([
  z.object({ state: z.unknown().refine((state) => state !== undefined) }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);

/** Throws SyntaxError or ZodError for a line that is not a response. */
export function parseResponse(line: string) {
  return RESPONSE.parse(JSON.parse(line));
}

export function toLine(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}
