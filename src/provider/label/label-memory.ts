import { VERSION } from '../../addon/version.js';
import {
  IllegalRequestError,
  InvalidArgumentError,
  VerificationError,
  WriteProtectedError,
} from '../../errors/index.js';
import type { RawAttribute } from '../../scsi/mam/attribute-list.js';
import { MAM_ATTRIBUTES } from '../../scsi/mam/attributes.js';
import type { HostAttributes } from '../../scsi/mam/host.js';
import { attributeValue, TEXT_UTF8 } from '../../scsi/mam/values.js';
import type { TapeDrive } from '../../tape/tape-drive.js';

/** What was written to the cartridge memory, by identifier and name of each attribute. */
export interface MemoryReport {
  readonly written: readonly MemoryAttribute[];
  /**
   * Attributes that the drive refuses, that it does not keep although it reports success, or whose value does not fit.
   */
  readonly refused: readonly RefusedAttribute[];
}

export interface MemoryAttribute {
  readonly id: number;
  /** The attribute's name in `TapeDrive.mam` and `setAttributes`. */
  readonly key: keyof HostAttributes;
  /** In words, such as `user medium text label`. */
  readonly name: string;
  readonly value: string;
  /** The value that is written, if it is not a text. */
  readonly code?: number | undefined;
}

export interface RefusedAttribute extends MemoryAttribute {
  /** In words. */
  readonly reason: string;
}

interface LabelMemoryOptions {
  /** `TapeDrive.mediumEpoch` of the cartridge: no other one's memory is written. */
  readonly mediumEpoch?: number | undefined;
  /** Texts for more attributes. */
  readonly attributes?: LabelAttributes | undefined;
}

/** Texts of the configuration that go along with a label. */
export interface LabelAttributes {
  readonly owningHost: string | undefined;
  readonly mediaPool: string | undefined;
}

const VENDOR = 'NODELTO';
const APPLICATION = 'node-lto';

/**
 * Puts the identifier of a label into the cartridge memory, as barcode and as user label, with the application and the
 * time (UTC). Resolves with undefined where the drive gives no cartridge memory.
 */
export function writeLabelToMemory(
  drive: TapeDrive,
  identifier: string,
  { mediumEpoch, attributes }: LabelMemoryOptions = {},
): Promise<MemoryReport | undefined> {
  return write(drive, [...useAttributes(), ...labelAttributes(identifier), ...textsOf(attributes)], mediumEpoch);
}

/** Puts application and time (UTC) into the memory of the cartridge that `TapeDrive.mediumEpoch` belongs to. */
export function writeUseToMemory(drive: TapeDrive, mediumEpoch: number): Promise<MemoryReport | undefined> {
  return write(drive, useAttributes(), mediumEpoch);
}

async function write(
  drive: TapeDrive,
  attributes: readonly MemoryAttribute[],
  mediumEpoch: number | undefined,
): Promise<MemoryReport | undefined> {
  if ((await drive.mam()) === undefined) return undefined;
  const written: MemoryAttribute[] = [];
  const refused: RefusedAttribute[] = [];
  for (const attribute of attributes) {
    const reason = await refusal(drive, attribute, mediumEpoch);
    if (reason === undefined) written.push(attribute);
    else refused.push({ ...attribute, reason });
  }
  return { written, refused };
}

function useAttributes(): MemoryAttribute[] {
  return [
    attribute('applicationVendor', VENDOR),
    attribute('applicationName', APPLICATION),
    attribute('applicationVersion', VERSION.slice(0, LONGEST_VERSION)),
    attribute('lastWritten', new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)),
  ];
}

/** 0805h first: it determines how the text is decoded. */
function labelAttributes(identifier: string): MemoryAttribute[] {
  const localization = isAscii(identifier) ? [] : [{ ...attribute('textLocalization', 'UTF-8'), code: TEXT_UTF8 }];
  return [...localization, attribute('userMediumLabel', identifier), attribute('barcode', identifier)];
}

function textsOf(texts?: LabelAttributes): MemoryAttribute[] {
  const { owningHost, mediaPool } = texts ?? {};
  const host = owningHost === undefined ? [] : [attribute('owningHost', owningHost)];
  return mediaPool === undefined ? host : [...host, attribute('mediaPool', mediaPool)];
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Why the memory does not hold an attribute. One at a time, so that a drive that refuses one keeps the others. */
async function refusal(
  drive: TapeDrive,
  { key, value, code }: MemoryAttribute,
  mediumEpoch: number | undefined,
): Promise<string | undefined> {
  try {
    await drive.setAttributes({ [key]: code ?? value }, { mediumEpoch });
    return undefined;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return 'the attribute takes printable ASCII only';
    if (error instanceof IllegalRequestError) return 'the drive refuses it';
    if (error instanceof WriteProtectedError) return 'the drive does not write to the cartridge memory';
    if (error instanceof VerificationError) return 'the drive does not keep it';
    throw error;
  }
}

function attribute(key: keyof HostAttributes, value: string): MemoryAttribute {
  const { id, name } = MAM_ATTRIBUTES.find((row) => row.key === key) ?? { id: 0, name: '' };
  return { id, key, name, value };
}

/** What a cartridge is called in its memory, as bytes that `restoreNames` can put back. */
export async function readNames(drive: TapeDrive): Promise<readonly RawAttribute[]> {
  const attributes = (await drive.mam())?.attributes ?? [];
  return attributes.filter(({ id }) => NAMES.some(([name]) => name === id));
}

/**
 * Restores names that were replaced for a label that could not be written; deletes those that are not among `names`. Names
 * that the drive refuses stay unchanged.
 */
export async function restoreNames(drive: TapeDrive, names?: readonly RawAttribute[]): Promise<void> {
  for (const [id, key] of NAMES) {
    const before = names?.find((attribute) => attribute.id === id);
    const value = before === undefined ? null : (attributeValue(before, TEXT_UTF8) as string | undefined);
    if (value !== undefined) await drive.setAttributes({ [key]: value }).catch(() => undefined);
  }
}

/** Characters of attribute 0802h. */
const LONGEST_VERSION = 8;
const NAMES = [
  [0x0803, 'userMediumLabel'],
  [0x0806, 'barcode'],
] as const satisfies readonly (readonly [id: number, key: keyof HostAttributes])[];
