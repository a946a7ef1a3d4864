// The library that is measured: its modules in `build/modules`, or in the folder that NODE_LTO_LIB names.
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = process.env.NODE_LTO_LIB;
// The modules in build/ lie deeper than the shipped files; processes that the bench starts inherit the place.
if (folder === undefined) process.env.NODE_LTO_PREBUILD ??= fileURLToPath(new URL('../../', import.meta.url));

export function libraryUrl(file) {
  if (folder === undefined) return new URL(`../../build/modules/${file}`, import.meta.url).href;
  return new URL(file, pathToFileURL(`${folder}/`)).href;
}

/** The `lto` command as it is installed: the bundle in `lib/`, or of the modules that NODE_LTO_LIB names. */
export function commandUrl() {
  return folder === undefined ? new URL('../../lib/cli/main.js', import.meta.url).href : libraryUrl('cli/main.js');
}

export const {
  TapeDrive,
  LtoProvider,
  createVirtualDrive,
  createVirtualLibrary,
  EndOfDataError,
  packFolder,
  extractArchive,
} = await import(libraryUrl('index.js'));
