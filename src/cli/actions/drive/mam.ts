import { IllegalRequestError } from '../../../errors/index.js';
import type { RawAttribute } from '../../../scsi/mam/attribute-list.js';
import { type MamAttribute, mamAttribute } from '../../../scsi/mam/attributes.js';
import { attributeValue, type MamValues } from '../../../scsi/mam/values.js';
import type { CartridgeMemory } from '../../../tape/reports/cartridge-memory.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { table } from '../../output/table.js';
import { valueText } from '../../output/text/value.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

export function mam(options: DeviceOptions): Promise<CommandResult> {
  return withDrive(options, tell, READ_ONLY);
}

async function tell(drive: TapeDrive): Promise<CommandResult> {
  const { attributes, values } = await requireMemory(drive);
  const entries = attributes.map((attribute) => describe(attribute, values.textLocalization));
  return {
    document: { device: drive.device, attributes: entries },
    text: table(
      ['id', 'attribute', 'value', 'unit'],
      entries.map(({ id, name, value, unit, raw }) => [id, name ?? 'unknown', valueText(value, raw, unit), unit ?? '']),
    ),
  };
}

/** Rejects with IllegalRequestError if the drive reports no cartridge memory. */
export async function requireMemory(drive: TapeDrive): Promise<CartridgeMemory> {
  const memory = await drive.mam();
  if (memory) return memory;
  throw new IllegalRequestError('the drive gives no cartridge memory', {
    device: drive.device,
    operation: 'READ ATTRIBUTE',
    next: 'LTO drives have it; an emulation may not',
  });
}

interface Described {
  readonly id: string;
  readonly key: string | undefined;
  readonly name: string | undefined;
  /** Undefined for an attribute that is blank or cannot be decoded: see `raw`. */
  readonly value: unknown;
  readonly unit: string | undefined;
  /** Hex. */
  readonly raw: string;
  readonly readOnly: boolean;
}

function describe(attribute: RawAttribute, localization: MamValues['textLocalization']): Described {
  const known: MamAttribute | undefined = mamAttribute(attribute.id);
  return {
    id: `0x${attribute.id.toString(16).padStart(4, '0')}`,
    key: known?.key,
    name: known?.name,
    value: attributeValue(attribute, localization),
    unit: known?.kind === 'mebibytes' ? 'bytes' : known?.unit,
    raw: Buffer.from(attribute.bytes).toString('hex'),
    readOnly: attribute.readOnly,
  };
}
