import { nearestName } from '../../../arguments/nearest-name.js';
import { IllegalRequestError, InvalidArgumentError } from '../../../errors/index.js';
import type { RawAttribute } from '../../../scsi/mam/attribute-list.js';
import { MAM_ATTRIBUTES, type MamAttribute, mamAttribute } from '../../../scsi/mam/attributes.js';
import type { HostAttributes, HostAttributeValue } from '../../../scsi/mam/host.js';
import { attributeValue, type MamValues } from '../../../scsi/mam/values.js';
import type { CartridgeMemory } from '../../../tape/reports/cartridge-memory.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { parseCount } from '../../input/numbers.js';
import { table } from '../../output/table.js';
import { valueText } from '../../output/text/value.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

interface MamOptions extends DeviceOptions {
  readonly partition?: string;
}

/** All attributes, or the one that is named. */
export function get({ partition, ...options }: MamOptions, attribute?: string) {
  const wanted = attribute === undefined ? undefined : requireAttribute(attribute);
  return withDrive(
    options,
    async (drive) => {
      const { attributes, values } = await requireMemory(drive, partitionOf(partition));
      const chosen = attributes.filter(({ id }) => wanted === undefined || id === wanted.id);
      if (wanted !== undefined && chosen.length === 0) throw notSet(drive, wanted);
      const entries = chosen.map((each) => describe(each, values.textLocalization));
      return {
        document: { device: drive.device, attributes: entries },
        text: table(
          ['id', 'attribute', 'value', 'unit'],
          entries.map(({ id, name, value, unit, raw }) => [
            id,
            name ?? 'unknown',
            valueText(value, raw, unit),
            unit ?? '',
          ]),
        ),
      };
    },
    READ_ONLY,
  );
}

/** Writes one attribute, and shows what reads back. */
export function set({ partition, ...options }: MamOptions, attribute: string, text: string) {
  const row = requireAttribute(attribute);
  return changed(options, row, hostValue(row, text), partitionOf(partition));
}

export function remove({ partition, ...options }: MamOptions, attribute: string) {
  return changed(options, requireAttribute(attribute), null, partitionOf(partition));
}

function changed(
  options: DeviceOptions,
  { key, kind }: MamAttribute,
  value: HostAttributeValue,
  partition: number | undefined,
) {
  return withDrive(
    options,
    async (drive) => {
      // The names and kinds of the table, which TypeScript cannot follow through a text.
      await drive.setAttributes({ [key]: value, ...localization(kind, value) } as HostAttributes, { partition });
      const { values } = await requireMemory(drive, partition);
      const now = values[key as keyof MamValues];
      return {
        document: { device: drive.device, attribute: key, value: now ?? null },
        text: now === undefined ? `${key} is not set` : `${key}: ${valueText(now, '')}`,
      };
    },
    READ_ONLY,
  );
}

/** Text of more than ASCII is read as such only where the cartridge memory says that its text is UTF-8. */
function localization(kind: MamAttribute['kind'], value: HostAttributeValue): HostAttributes {
  const isUtf8 = kind === 'text' && typeof value === 'string' && /[^\x20-\x7e]/.test(value);
  return isUtf8 ? { textLocalization: UTF_8 } : {};
}

/** Of attribute 0805h (SPC-5). */
const UTF_8 = 0x81;

function partitionOf(partition: string | undefined): number | undefined {
  return partition === undefined ? undefined : parseCount(partition);
}

/** By its key or its identifier in hex. */
function requireAttribute(text: string): MamAttribute {
  const hex = /^(?:0x)?([\da-f]{4})h?$/i.exec(text)?.[1];
  const rows: readonly MamAttribute[] = MAM_ATTRIBUTES;
  const found = rows.find(({ key, id }) => key === text || (hex !== undefined && id === Number.parseInt(hex, 16)));
  if (found) return found;
  const near = nearestName(
    text,
    rows.map(({ key }) => key),
  );
  throw new InvalidArgumentError(`no attribute is called ${JSON.stringify(text)}`, {
    next: `${near === undefined ? '' : `Did you mean ${near}? `}\`lto mam\` lists those that are set; docs/scsi.md has all`,
  });
}

/** The value in the attribute's own type, from the command line. */
function hostValue({ key, kind }: MamAttribute, text: string): HostAttributeValue {
  if (kind === 'integer' || kind === 'localization') return parseCount(text);
  if (kind !== 'bytes') {
    if (kind !== 'coherency') return text;
    throw new InvalidArgumentError(`${key} is a structure, which is set by a program only`);
  }
  if (/^(?:[\da-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  throw new InvalidArgumentError(`${key} takes bytes`, { next: 'Write them as hexadecimal digits' });
}

function notSet({ device }: TapeDrive, { key, id }: MamAttribute): InvalidArgumentError {
  return new InvalidArgumentError(`${key} (${hexId(id)}) is not set`, {
    device,
    operation: 'READ ATTRIBUTE',
    next: '`lto mam` lists those that are',
  });
}

/** Rejects with IllegalRequestError if the drive reports no cartridge memory. */
async function requireMemory(drive: TapeDrive, partition?: number): Promise<CartridgeMemory> {
  const memory = await drive.mam({ partition });
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
    id: hexId(attribute.id),
    key: known?.key,
    name: known?.name,
    value: attributeValue(attribute, localization),
    unit: known?.kind === 'mebibytes' ? 'bytes' : known?.unit,
    raw: Buffer.from(attribute.bytes).toString('hex'),
    readOnly: attribute.readOnly,
  };
}

function hexId(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}
