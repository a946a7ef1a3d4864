// Folders into archives: the library, the command from a cold start, and tar.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { openTarget } from '../devices/targets.mjs';
import { commandUrl, libraryUrl, packFolder, TapeDrive } from '../harness/library.mjs';
import { timed } from '../harness/timed.mjs';

const { VirtualTransport } = await import(libraryUrl('backends/virtual/virtual-transport.js'));
const MIB = 2 ** 20;

/** @param {{ folder: string, target: object }} args */
export async function pack({ folder, target }, meter) {
  return meter.window(async () => {
    const drive = await openTarget(target, 'write');
    const archive = packFolder(folder);
    const { bytes } = await drive.writeFile(archive, { checksum: false });
    await drive.close();
    return { bytes, entries: archive.summary.entries };
  });
}

/** The files of the folder one behind the other, by streams of Node.js. */
export async function plain({ folder, target }, meter) {
  const paths = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = paths.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return meter.window(async () => {
    const drive = await openTarget(target, 'write');
    const stream = drive.createWriteStream({ position: 'overwrite', checksum: false });
    // Each file adds listeners, and takes away its own.
    stream.setMaxListeners(0);
    for (const file of files) {
      await pipeline(createReadStream(file, { highWaterMark: MIB }), stream, { end: file === files.at(-1) });
    }
    await drive.close();
    return { bytes: stream.receipt.bytes };
  });
}

/** `tar cf - FOLDER | dd bs=256k`, time and CPU of both as bash takes them. */
export async function tar({ folder, target }, meter) {
  const command = `tar -C "${folder}/.." -cf - "$(basename "${folder}")" | dd bs=256k iflag=fullblock of=${target.path} status=none`;
  meter.set(await timed(command));
  return {};
}

/** `lto write FOLDER` in a process of its own, from its start to its end. */
export async function command({ folder, drive }, meter) {
  const main = fileURLToPath(commandUrl());
  meter.set(await timed(`"${process.execPath}" "${main}" write -d "virtual:${drive}" "${folder}" >/dev/null`));
  return {};
}

/** Archives of the same folder one behind the other, as one file of at least so many bytes, to a drive in real time. */
export async function repeatedly({ folder, drive: path, bytes }, meter) {
  const transport = await VirtualTransport.open({ device: path, folder: path });
  const drive = TapeDrive.onTransport(transport);
  return meter.window(async () => {
    const receipt = await drive.writeFile(archives(folder, bytes));
    const { backHitches } = transport.drive.streaming;
    await drive.close();
    return { bytes: receipt.bytes, backHitches };
  });
}

async function* archives(folder, bytes) {
  for (let done = 0; done < bytes; ) {
    for await (const chunk of packFolder(folder)) {
      yield chunk;
      done += chunk.length;
    }
  }
}
