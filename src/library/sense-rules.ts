import type { SenseRule } from '../device/sense-errors.js';
import {
  ElementError,
  type ElementProblem,
  HardwareError,
  IllegalRequestError,
  type LtoErrorDetails,
  MediumChangedError,
  NotReadyError,
} from '../errors/index.js';

interface ElementRow {
  readonly key?: number;
  readonly asc: number;
  readonly ascq?: number;
  readonly problem: ElementProblem;
  readonly what: string;
  readonly next: string;
}

const INVENTORY = 'Look at the inventory: `lto library status`';
const UNLOAD = 'Unload the drive first';

/** Sense of media changers (SMC-3) that names an element's trouble. */
const ELEMENTS: readonly ElementRow[] = [
  { key: 5, asc: 0x21, ascq: 0x01, problem: 'no-such-element', what: 'no element has that address', next: INVENTORY },
  {
    asc: 0x3b,
    ascq: 0x0d,
    problem: 'destination-full',
    what: 'there is a cartridge at the destination',
    next: INVENTORY,
  },
  // Oracle's libraries, whose robot counts the uses.
  {
    key: 3,
    asc: 0x30,
    ascq: 0x13,
    problem: 'cleaning-expired',
    what: 'the cleaning cartridge is worn out',
    next: 'Replace it',
  },
  { asc: 0x3b, ascq: 0x0e, problem: 'source-empty', what: 'there is no cartridge at the source', next: INVENTORY },
  {
    asc: 0x3b,
    ascq: 0x11,
    problem: 'not-accessible',
    what: 'the robot does not reach the element',
    next: 'Close the mail slot, or put the magazine in',
  },
  { asc: 0x3b, ascq: 0x12, problem: 'magazine-removed', what: 'a magazine was taken out', next: 'Put it in' },
  { asc: 0x3b, ascq: 0x13, problem: 'magazine-inserted', what: 'a magazine was put in', next: INVENTORY },
  // Of makers: the cartridge is stuck in the drive, or still threaded.
  ...[0x87, 0x90].map((ascq) => ({
    key: 5,
    asc: 0x3b,
    ascq,
    problem: 'held-by-drive' as const,
    what: 'the drive has not let the cartridge go',
    next: UNLOAD,
  })),
  {
    asc: 0x3a,
    problem: 'held-by-drive',
    what: 'the cartridge is not there, or its drive has not let it go',
    next: UNLOAD,
  },
  {
    asc: 0x53,
    ascq: 0x02,
    problem: 'locked',
    what: 'the mail slots are locked',
    next: 'Unlock them: `lto library lock --off`',
  },
  { asc: 0x53, ascq: 0x03, problem: 'held-by-drive', what: 'the drive is set to keep its cartridge', next: UNLOAD },
  {
    key: 6,
    asc: 0x28,
    ascq: 0x01,
    problem: 'mail-slot-opened',
    what: 'a mail slot was opened',
    next: INVENTORY,
  },
];

const WAIT = 'Wait and try again';
const PANEL = 'Look at the panel of the library';

/** A robot that failed may hold a cartridge: no move is ever tried again. */
const FAILED = 'Look into the library, and take the inventory anew before the next move: `lto library audit`';

/** What sense means on a medium changer; a rule for every key, since the general ones speak of drives. */
export const CHANGER_SENSE_RULES: readonly SenseRule[] = [
  ...ELEMENTS.map(({ key, asc, ascq, problem, what, next }) => ({
    ...(key !== undefined && { key }),
    asc,
    ...(ascq !== undefined && { ascq }),
    make: (details: LtoErrorDetails) => new ElementError(what, { next, ...details, problem }),
  })),
  {
    key: 0x2,
    asc: 0x04,
    ascq: 0x01,
    make: (d) => new NotReadyError('the library is taking its inventory', { next: WAIT, ...d }),
  },
  {
    key: 0x2,
    asc: 0x04,
    ascq: 0x03,
    make: (d) => new NotReadyError('the library waits for an operator', { next: PANEL, ...d }),
  },
  { key: 0x2, asc: 0x04, ascq: 0x12, make: (d) => new NotReadyError('the library is offline', { next: PANEL, ...d }) },
  { key: 0x2, make: (d) => new NotReadyError('the library is not ready', { next: PANEL, ...d }) },
  { key: 0x4, asc: 0x15, make: (d) => new HardwareError('the robot did not reach its place', { next: FAILED, ...d }) },
  {
    key: 0x4,
    asc: 0x53,
    make: (d) => new HardwareError('a cartridge could not be taken or put down', { next: FAILED, ...d }),
  },
  { key: 0x4, make: (d) => new HardwareError('the library reports a fault of its own', { next: FAILED, ...d }) },
  { key: 0x5, make: (d) => new IllegalRequestError('the library does not support the command or a field of it', d) },
  {
    key: 0x6,
    asc: 0x28,
    make: (d) => new MediumChangedError('cartridges may have been changed', { next: INVENTORY, ...d }),
  },
  { key: 0x6, asc: 0x29, make: (d) => new MediumChangedError('the library was reset', { next: INVENTORY, ...d }) },
  {
    key: 0x6,
    make: (d) => new MediumChangedError('the state of the library was changed', { next: INVENTORY, ...d }),
  },
];
