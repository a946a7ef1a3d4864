// Many small files to one drive: in a session, one by one, or all bytes as one file.
import { setTimeout as delay } from 'node:timers/promises';
import { libraryUrl, TapeDrive } from '../harness/library.mjs';

const { VirtualTransport } = await import(libraryUrl('backends/virtual/virtual-transport.js'));

async function openAt({ folder, device }) {
  if (device !== undefined) return TapeDrive.open(device);
  return TapeDrive.onTransport(await VirtualTransport.open({ device: folder, folder }));
}

/** Seconds until all of it is on the medium, by the clock of the drive, which is that of this machine. */
export async function sessions({ files, bytes, how, settleMs = 0, ...where }, meter) {
  const drive = await openAt(where);
  try {
    await drive.rewind();
    // All ways begin behind a first file, with the tape standing again.
    await drive.writeFile([Buffer.alloc(512)], { position: 'overwrite' });
    await delay(settleMs);
    const chunk = Buffer.alloc(bytes, 7);
    return await meter.window(async () => {
      const began = performance.now();
      await WRITERS[how](drive, files, chunk);
      return { seconds: (performance.now() - began) / 1000 };
    });
  } finally {
    await drive.close();
  }
}

const WRITERS = {
  session: async (drive, files, chunk) => {
    const session = drive.session();
    for (let file = 0; file < files; file += 1) await session.writeFile([chunk]);
    await session.close();
  },
  'one by one': async (drive, files, chunk) => {
    for (let file = 0; file < files; file += 1) await drive.writeFile([chunk]);
  },
  'one file': async (drive, files, chunk) => {
    await drive.writeFile(Array(files).fill(chunk));
  },
};
