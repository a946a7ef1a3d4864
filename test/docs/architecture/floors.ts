/** The floors of `src/`, the lowest first: a file imports from its own floor and from lower ones. */
export const FLOORS = {
  errors: 'the one taxonomy of errors',
  addon: 'loads the native addon',
  streams: 'sources and chunks of bytes, the event loop’s share',
  arguments: 'checks options',
  locks: 'locks between processes',
  keys: 'keystores',
  scsi: 'pure codecs: commands, pages, attributes, sense; no I/O, no clock, no state',
  virtual: 'the embedded drive: CDB in; status, sense and data out',
  transport: 'the seam: the interface between the library and a drive',
  backends: 'the transports: Linux through the addon, the embedded drive, what Linux’s st adds',
  device: 'one SCSI device of any type',
  archive: 'folders to tar and back, without a tape',
  tape: '`TapeDrive`: one drive, its reports, motions, streams and encryption',
  library: '`TapeLibrary`: robot, slots and drives',
  provider: '`LtoProvider`: labelled cartridges and archives for a service',
  tapehoard: 'the older Python provider’s contract on `LtoProvider`: `node-lto/tapehoard`',
  catalogue: 'what is on which cartridge',
  cli: 'the `lto` command',
} as const;

/** Belongs to no floor: the list of everything that is exported. */
export const ENTRY = 'index.ts';

/** The floor of a file by its path below `src/`. */
export function floorOf(file: string): string {
  return file.split('/', 1)[0] ?? '';
}

const ORDER = Object.keys(FLOORS);

/** The height of a file: its floor's number; the entry is above all of them. */
export function heightOf(file: string): number {
  return file === ENTRY ? ORDER.length : ORDER.indexOf(floorOf(file));
}
