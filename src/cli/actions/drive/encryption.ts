import { InvalidArgumentError } from '../../../errors/index.js';
import { algorithmName } from '../../../tape/encryption/algorithm.js';
import { ENCRYPTION_MODES, type EncryptionModeName } from '../../../tape/encryption/modes.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf, requireKey } from '../../input/keystore-keys.js';
import { facts } from '../../output/table.js';
import { encryptionFacts, encryptionStatus, nextBlockText } from '../../output/text/encryption.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

interface OnOptions extends DeviceOptions, KeystoreOptions {
  readonly mode?: string;
  readonly scope?: string;
  readonly lock?: boolean;
}

const SCOPES = ['local', 'all'] as const;

export function status(options: DeviceOptions) {
  return withDrive(options, tell, READ_ONLY);
}

async function tell(drive: TapeDrive) {
  const capabilities = await drive.encryption.capabilities();
  const set = await encryptionStatus(drive);
  if (capabilities === undefined || set === undefined) {
    return { document: { device: drive.device, supported: false }, text: 'the drive does not encrypt' };
  }
  const ready = (await drive.readiness()).state === 'ready';
  const nextBlock = ready ? await drive.encryption.nextBlock() : undefined;
  const algorithms = capabilities.algorithms.map((each) => `${algorithmName(each)} (index ${each.index})`);
  return {
    document: { device: drive.device, supported: true, ...set, nextBlock, capabilities },
    text: facts([
      ...encryptionFacts(set),
      ['algorithms', algorithms.join(', ') || 'none'],
      ['key instance', set.keyInstance],
      ['next block', nextBlock && nextBlockText(nextBlock)],
    ]),
  };
}

export async function on(options: OnOptions, keyId: string) {
  const mode = oneOf<EncryptionModeName>('mode', options.mode, Object.keys(ENCRYPTION_MODES) as EncryptionModeName[]);
  const scope = oneOf('scope', options.scope, SCOPES);
  if (mode === 'raw') throw new InvalidArgumentError('the mode raw takes no key');
  const key = await requireKey(keysOf(options), keyId);
  return withDrive(
    options,
    async (drive) => {
      requireRemembers(drive);
      const set = await drive.encryption.enable({ key, keyId, mode, scope, lock: options.lock, keep: true });
      return { document: { device: drive.device, ...set }, text: facts(encryptionFacts(set)) };
    },
    READ_ONLY,
  );
}

function requireRemembers({ device }: TapeDrive): void {
  if (!device.startsWith('virtual:')) return;
  throw new InvalidArgumentError('a virtual drive never keeps a key when the program that uses it ends', {
    device,
    next: 'Write with `lto write --key`, or serve the drive with `lto serve-virtual`',
  });
}

export function off(options: DeviceOptions) {
  return withDrive(options, switchOff, READ_ONLY);
}

async function switchOff(drive: TapeDrive) {
  const set = await drive.encryption.disable();
  if (set) return { document: { device: drive.device, ...set }, text: facts(encryptionFacts(set)) };
  return { document: { device: drive.device, supported: false }, text: 'the drive does not encrypt' };
}

function oneOf<T extends string>(name: string, value: string | undefined, values: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = values.find((each) => each === value);
  if (found) return found;
  throw new InvalidArgumentError(`--${name} is one of ${values.join(', ')}, not ${JSON.stringify(value)}`);
}
