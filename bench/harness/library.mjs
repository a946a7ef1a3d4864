// The library that is measured: `lib/`, or the folder that NODE_LTO_LIB names.
import { pathToFileURL } from 'node:url';

const folder = process.env.NODE_LTO_LIB;

export function libraryUrl(file) {
  if (folder === undefined) return new URL(`../../lib/${file}`, import.meta.url).href;
  return new URL(file, pathToFileURL(`${folder}/`)).href;
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
