import { type NextPlace, nextInDrive } from '../archive/places.js';
import type { WriteArchiveOptions } from '../archive/write-archive.js';
import type { SpanOptions } from '../archive/write-spanned.js';
import { deviceOf } from '../session/configuration.js';
import type { ProviderConfiguration } from '../session/configuration-schema.js';
import type { Connection } from '../session/connection.js';
import { OneDrive } from '../session/one-drive.js';
import type { SessionSource } from '../session/session-source.js';
import { LibraryDrives, type LibraryDrivesOptions } from './library-drives.js';
import { nextInLibrary } from './next-cartridge.js';
import type { CartridgePool } from './pool.js';

/** The drive, or the library, that a configuration names. */
export function sessionSource(configuration: ProviderConfiguration, options: LibraryDrivesOptions): SessionSource {
  const { library } = configuration;
  if (library !== undefined) return new LibraryDrives(library, configuration, options);
  return new OneDrive(deviceOf(configuration), configuration, options, options.open);
}

/** Where an archive goes on when a cartridge is full; undefined when it may not go on. */
export function nextPlace(
  connection: Connection,
  pool: CartridgePool | undefined,
  { onEndOfMedium, signal }: WriteArchiveOptions & SpanOptions,
): NextPlace | undefined {
  if (connection.bringsCartridges) return nextInLibrary(connection, { onEndOfMedium, pool }, signal);
  return onEndOfMedium && nextInDrive(onEndOfMedium, signal);
}
