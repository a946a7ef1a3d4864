// What may be in the messages. Loaded when there is one, since the validator is large.
import * as z from 'zod';
import type { CartridgeOptions } from '../cartridge/cartridge-options.js';
import type { LibraryFault } from '../library/library-faults.js';
import type { Fault } from '../unit/faults.js';

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
const CARTRIDGE = z.union([z.string(), NEW_CARTRIDGE]) as z.ZodType<string | CartridgeOptions>;

const FAULTS = z.array(FAULT).max(1000) as unknown as z.ZodType<readonly Fault[]>;

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

/** What a drive is asked. */
export const DRIVE_REQUEST = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('state') }),
  z.strictObject({ do: z.literal('insert'), cartridge: CARTRIDGE }),
  z.strictObject({ do: z.literal('remove') }),
  z.strictObject({ do: z.literal('reset') }),
  z.strictObject({ do: z.literal('faults'), faults: FAULTS }),
]);

export type DriveRequest = z.infer<typeof DRIVE_REQUEST>;

export const DRIVE_STATE = z.object({ identity: z.unknown(), cartridge: z.string().nullable(), faults: FAULTS });

const address = z.int().min(0).max(0xffff);

const LIBRARY_FAULT = z.strictObject({
  commands: FAULTS.optional(),
  stuck: z.array(address).max(1000).optional(),
  blocked: z.array(address).max(1000).optional(),
  unreadable: z.array(z.string()).max(1000).optional(),
  offline: z.boolean().optional(),
}) as z.ZodType<LibraryFault>;

/** Throws ZodError for invalid faults of a library. */
export function parseLibraryFault(document: unknown): LibraryFault {
  return LIBRARY_FAULT.parse(document);
}

/** What a library is asked. */
export const LIBRARY_REQUEST = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('state') }),
  z.strictObject({ do: z.literal('import'), cartridge: CARTRIDGE }),
  z.strictObject({ do: z.literal('export'), cartridge: z.string() }),
  z.strictObject({ do: z.literal('remove-magazine'), magazine: z.number() }),
  z.strictObject({ do: z.literal('insert-magazine'), magazine: z.number() }),
  z.strictObject({ do: z.literal('reset') }),
  z.strictObject({ do: z.literal('faults'), faults: LIBRARY_FAULT }),
]);

export type LibraryRequest = z.infer<typeof LIBRARY_REQUEST>;

export const LIBRARY_STATE = z.object({
  identity: z.unknown(),
  elements: z.array(z.object({ element: address, type: z.string(), cartridge: z.string().nullable() })),
  outside: z.array(z.string()),
  magazinesOut: z.array(z.number()),
  faults: LIBRARY_FAULT,
});

/** Why a request is none, if that is what is wrong. */
export function whyNoRequest(error: unknown): string | undefined {
  return error instanceof z.ZodError ? z.prettifyError(error) : undefined;
}
