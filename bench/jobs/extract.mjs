// Archives into folders: the library, and tar.
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { commandUrl, extractArchive } from '../harness/library.mjs';
import { timed } from '../harness/timed.mjs';

const MIB = 2 ** 20;

/** @param {{ archive: string, into: string }} args */
export async function extract({ archive, into }, meter) {
  await rm(into, { recursive: true, force: true });
  return meter.window(() => extractArchive(createReadStream(archive, { highWaterMark: MIB }), into));
}

/** `tar x`, time and CPU as bash takes them. */
export async function tar({ archive, into }, meter) {
  await rm(into, { recursive: true, force: true });
  await mkdir(into);
  meter.set(await timed(`tar -xf "${archive}" -C "${into}"`));
  return {};
}

/** `lto read 0 -C FOLDER` in a process of its own, from its start to its end. */
export async function command({ drive, into }, meter) {
  const main = fileURLToPath(commandUrl());
  await rm(into, { recursive: true, force: true });
  meter.set(await timed(`"${process.execPath}" "${main}" read 0 -d "virtual:${drive}" -C "${into}" 2>/dev/null`));
  return {};
}
