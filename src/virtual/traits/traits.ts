import { InvalidArgumentError } from '../../errors/index.js';
import type { CommandName, SenseFields } from '../../scsi/index.js';
import type { CapturedAnswers } from '../capture/captured-answers.js';
import type { Drive } from '../drive/drive.js';
import { TRAIT_NAMES, type Trait } from '../drive/names.js';
import type { Reply } from '../unit/command.js';
import { attentionInFile } from './attention-in-file.js';
import { beginningAtBlock1, blankCheckAtBeginning, withoutResidual } from './other-answers.js';
import { shortLogPage, shortModeData, shortSecurityPage, shortVpdPage } from './short-lengths.js';
import type { TraitRow } from './trait.js';
import { withUnknownAttributes, withUnknownMarks } from './unknown-marks.js';
import { modeWithoutProtection, vpdWithoutProtection } from './without-protection.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const TRAITS: Readonly<Record<Trait, TraitRow>> = {
  'transfer-limit=64K': {
    about: 'a host adapter that transfers at most 16 pages at once, the smallest known limit',
    transferLimit: 64 * KIB,
  },
  'transfer-limit=256K': {
    about: 'a host adapter that transfers at most 64 pages at once',
    transferLimit: 256 * KIB,
  },
  'transfer-limit=512K': {
    about: 'a host adapter with the usual scatter-gather list of 128 entries of one page',
    transferLimit: 512 * KIB,
  },
  'blank-check-at-beginning': {
    about: 'reports BLANK CHECK 00/05 without EOM when it spaces back to the beginning of the partition',
    shows: { 'SPACE(6)': blankCheckAtBeginning, 'SPACE(16)': blankCheckAtBeginning },
  },
  'overflow-without-residual': {
    about: 'reports VOLUME OVERFLOW with a residual of 0 for a record that it did not accept',
    shows: { 'WRITE(6)': withoutResidual },
  },
  'bop-at-block-1': {
    about: 'reports BOP in the short form of READ POSITION at block 1, after an empty first file',
    shows: { 'READ POSITION': beginningAtBlock1 },
  },
  'unknown-marks': {
    about:
      'reports all bits set, or all but the last one, for unknown counters of log pages 0C, 17 and 31 and of the cartridge memory',
    shows: { 'LOG SENSE': withUnknownMarks, 'READ ATTRIBUTE': withUnknownAttributes },
  },
  'short-lengths': {
    about: 'reports length fields of VPD page 83, log, mode and encryption pages that are 4 too small',
    shows: {
      INQUIRY: shortVpdPage,
      'LOG SENSE': shortLogPage,
      'MODE SENSE(10)': shortModeData,
      'SECURITY PROTOCOL IN': shortSecurityPage,
    },
  },
  'small-early-warning': {
    about: 'has an early-warning zone of 2 MiB',
    earlyWarningBytes: 2 * MIB,
  },
  'no-early-warning': {
    about: 'has no early-warning zone: VOLUME OVERFLOW is the first sign of the end of the medium',
    earlyWarningBytes: 0,
  },
  'attention-in-file': {
    about: 'reports harmless unit attentions (6/2A/01, 6/2A/10, 6/3F/0E) between the records of a file',
    refuses: { 'READ(6)': attentionInFile, 'WRITE(6)': attentionInFile },
  },
  'no-block-protection': {
    about: 'has no logical block protection: VPD page B5 and mode page 0A/F0 are missing',
    shows: { INQUIRY: vpdWithoutProtection, 'MODE SENSE(10)': modeWithoutProtection },
  },
};

/** Describes a drive with the trait. */
export function traitMeaning(trait: Trait): string {
  return TRAITS[trait].about;
}

/** Throws InvalidArgumentError for a name that is not a trait. */
export function requireTraits(names: readonly string[]): readonly Trait[] {
  if (!Array.isArray(names)) throw new InvalidArgumentError('traits are a list of names');
  return names.map((name: string) => {
    if (Object.hasOwn(TRAITS, name)) return name as Trait;
    throw new InvalidArgumentError(`unknown trait of a virtual drive: ${JSON.stringify(name)}`, {
      next: `Traits are ${TRAIT_NAMES.join(', ')}`,
    });
  });
}

/** The traits of one drive, taken together. */
export class Traits {
  /** Reports of another drive, which this one returns as its own. */
  readonly captured: CapturedAnswers | undefined;
  readonly #rows: readonly TraitRow[];

  constructor(names: readonly Trait[] = [], captured?: CapturedAnswers) {
    this.captured = captured;
    this.#rows = names.map((name) => TRAITS[name]);
  }

  /** Undefined if the path has no limit. */
  get transferLimit(): number | undefined {
    return this.#least(({ transferLimit }) => transferLimit);
  }

  /** Undefined if the zone has the size that the drive was made with. */
  get earlyWarningBytes(): number | undefined {
    return this.#least(({ earlyWarningBytes }) => earlyWarningBytes);
  }

  /** Sense of a command that is refused; undefined if it is carried out. */
  refusal(drive: Drive, command: CommandName): SenseFields | undefined {
    for (const { refuses } of this.#rows) {
      const sense = refuses?.[command]?.(drive, command);
      if (sense !== undefined) return sense;
    }
    return undefined;
  }

  /** The reply to a command that was carried out, as changed by all traits. */
  shown(drive: Drive, command: CommandName, cdb: Uint8Array, reply: Reply): Reply {
    return this.#rows.reduce((shown, { shows }) => shows?.[command]?.(shown, drive, cdb) ?? shown, reply);
  }

  #least(value: (row: TraitRow) => number | undefined): number | undefined {
    const values = this.#rows.map(value).filter((bytes) => bytes !== undefined);
    return values.length > 0 ? Math.min(...values) : undefined;
  }
}
