import { ArchiveError } from '../../errors/index.js';
import { codeOf } from '../output/document.js';

interface ExitCode {
  readonly code: number;
  readonly meaning: string;
  /** Codes of the errors with this exit code. */
  readonly errors: readonly string[];
}

/** Also of an archive whose members the file system does not take. */
const FILE_FAILED = 20;

/** The exit codes of `lto`; an error that no row names has `FAILED`. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: 0, meaning: 'done', errors: [] },
  { code: 1, meaning: 'any other failure', errors: [] },
  {
    code: 2,
    meaning: 'wrong arguments, or an archive that is damaged or refused',
    errors: ['LTO_INVALID_ARGUMENT', 'LTO_ARCHIVE'],
  },
  {
    code: 3,
    meaning: 'no such drive, or no access to it',
    errors: [
      'LTO_DEVICE_NOT_FOUND',
      'LTO_NOT_A_TAPE_DRIVE',
      'LTO_NOT_A_LIBRARY',
      'LTO_PERMISSION',
      'LTO_ADDON_UNAVAILABLE',
    ],
  },
  { code: 4, meaning: 'the drive is in use', errors: ['LTO_DRIVE_BUSY'] },
  { code: 5, meaning: 'no cartridge, or not loaded', errors: ['LTO_NO_MEDIUM'] },
  { code: 6, meaning: 'the drive is not ready yet', errors: ['LTO_NOT_READY'] },
  { code: 7, meaning: 'the cartridge is write-protected', errors: ['LTO_WRITE_PROTECTED'] },
  { code: 8, meaning: 'no such file on the tape', errors: ['LTO_END_OF_DATA'] },
  { code: 9, meaning: 'the tape is full', errors: ['LTO_END_OF_MEDIUM'] },
  { code: 10, meaning: 'no label, or the tape is not blank', errors: ['LTO_LABEL', 'LTO_NOT_BLANK'] },
  { code: 11, meaning: 'data read differs from data written', errors: ['LTO_VERIFICATION_FAILED'] },
  {
    code: 12,
    meaning: 'the medium, the drive or the source failed',
    errors: [
      'LTO_MEDIUM_ERROR',
      'LTO_HARDWARE_ERROR',
      'LTO_PROTECTION',
      'LTO_WRITE_FAILED',
      'LTO_BUFFERED_DATA_LOST',
      'LTO_SOURCE',
    ],
  },
  { code: 13, meaning: 'the file was cut off before its filemark', errors: ['LTO_UNTERMINATED_FILE'] },
  { code: 14, meaning: 'the key is missing or wrong', errors: ['LTO_ENCRYPTION', 'LTO_ENCRYPTION_KEY'] },
  {
    code: 15,
    meaning: 'the position or the cartridge changed',
    errors: ['LTO_MEDIUM_CHANGED', 'LTO_POSITION_LOST', 'LTO_POSITION_MISMATCH'],
  },
  { code: 16, meaning: 'the keystore cannot be used', errors: ['LTO_KEY_STORE'] },
  { code: 17, meaning: 'done, except for unreadable records that were skipped (--skip-bad)', errors: [] },
  { code: 18, meaning: 'the library refuses the move of the cartridge', errors: ['LTO_ELEMENT'] },
  { code: 19, meaning: 'the catalogue cannot be used', errors: ['LTO_CATALOGUE'] },
  {
    code: FILE_FAILED,
    meaning: 'a file, a folder or the file system of this computer failed: rights, a full disk',
    errors: ['LTO_FILE'],
  },
  { code: 130, meaning: 'interrupted with Ctrl-C (143: terminated)', errors: [] },
  { code: 141, meaning: 'the reader of the output is gone', errors: [] },
];

export const FAILED = 1;
export const USAGE = 2;
export const RECORDS_SKIPPED = 17;
export const OUTPUT_CLOSED = 141;

/** Exit code for an error code. */
export function exitCodeOf(errorCode: string): number {
  return EXIT_CODES.find(({ errors }) => errors.includes(errorCode))?.code ?? FAILED;
}

/** As `exitCodeOf`: an extraction that the file system refuses is no fault of the archive. */
export function exitCodeFor(error: unknown): number {
  if (error instanceof ArchiveError && error.reason === 'failed') return FILE_FAILED;
  return exitCodeOf(codeOf(error) ?? '');
}

/** The text for `lto --help`. */
export function exitCodeHelp(): string {
  const lines = EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  const guide =
    'A message ends with the code of its error: docs/guide/troubleshooting.md says what each means,\nwhat is on the tape then, and what to do.';
  return ['', 'Exit codes:', ...lines, '', guide].join('\n');
}
