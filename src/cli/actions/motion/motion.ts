import { InvalidArgumentError } from '../../../errors/index.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { parseCount } from '../../input/numbers.js';
import { withWaiting } from '../../output/progress.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { standsAtText } from '../../run/interrupt.js';
import { interruptibleMotion, standsAt } from '../../run/interrupted-drive.js';

interface PartitionFlag extends DeviceOptions {
  readonly partition?: string;
}

interface LocateOptions extends PartitionFlag {
  readonly file?: string;
  readonly end?: boolean;
}

/** A motion to its end, with progress. The result says where the tape then stands. */
function move(
  options: DeviceOptions,
  done: string,
  motion: (drive: TapeDrive, signal: AbortSignal) => Promise<unknown>,
) {
  return withDrive(
    options,
    async (drive) => {
      await withWaiting({ label: done }, () => interruptibleMotion(drive, (signal) => motion(drive, signal)));
      const position = await standsAt(drive);
      return { document: { done, position }, text: position === undefined ? '' : standsAtText(position) };
    },
    READ_ONLY,
  );
}

/** For motions after which the tape stands nowhere, or at its beginning as everybody expects. */
function simple(done: 'rewind' | 'load' | 'unload' | 'eject') {
  return async (options: DeviceOptions) => {
    const result = await move(options, done, (drive, signal) => drive[done]({ signal }));
    return { ...result, text: '' };
  };
}

export const rewind = simple('rewind');
export const load = simple('load');
export const unload = simple('unload');
export const eject = simple('eject');

export async function locate({ file, end = false, ...options }: LocateOptions, object?: string) {
  if ([object, file].filter((each) => each !== undefined).length + Number(end) !== 1) {
    throw new InvalidArgumentError('give a logical object, --file or --end');
  }
  const partition = options.partition === undefined ? undefined : parseCount(options.partition);
  return move(options, 'locate', async (drive, signal) => {
    if (end) await drive.spaceToEndOfData({ partition, signal });
    else if (file !== undefined) await drive.locateFile(parseCount(file), { partition, signal });
    else await drive.locate(parseCount(object ?? ''), { partition, signal });
  });
}

const UNITS = ['files', 'records'] as const;

export async function space(options: DeviceOptions, unit: string, count = '1') {
  if (!UNITS.some((each) => each === unit)) {
    throw new InvalidArgumentError(`${JSON.stringify(unit)} is nothing to space over`, {
      next: `Give ${UNITS.join(' or ')}; \`lto locate --end\` goes to the end of the data`,
    });
  }
  const steps = parseSteps(count);
  return move(options, 'space', (drive, signal) =>
    unit === 'files' ? drive.spaceFiles(steps, { signal }) : drive.spaceRecords(steps, { signal }),
  );
}

/** A whole number; one below 0 goes back. */
function parseSteps(text: string): number {
  return text.startsWith('-') ? -parseCount(text.slice(1)) : parseCount(text.replace(/^\+/, ''));
}

/** Switches off block protection that an ended program left on. */
export async function unprotect(options: DeviceOptions) {
  const found = await withDrive(
    options,
    async (drive) => {
      const { protection } = await drive.settings();
      if (protection !== undefined && protection !== 'off') await drive.configure({ protection: 'off' });
      return protection;
    },
    READ_ONLY,
  );
  const text = found === undefined ? 'this drive does not protect blocks' : `block protection is off; it was ${found}`;
  return { document: { done: 'unprotect', found }, text };
}
