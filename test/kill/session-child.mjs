// Writes a session of files until it is killed: session-child.mjs LIB FOLDER. A line for each file that the drive has taken,
// and one for each that is durable.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lib, folder] = process.argv.slice(2);
const { TapeDrive } = await import(pathToFileURL(join(lib, 'index.js')).href);
// A session looks once a second what the drive has recorded: here every 10 ms.
const every = globalThis.setInterval;
globalThis.setInterval = (work, ms) => every(work, ms / 100);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const drive = await TapeDrive.open(`virtual:${folder}`);
const session = drive.session();
for (let file = 0; ; file += 1) {
  const receipt = await session.writeFile([Buffer.alloc(1 + ((file * 7919) % 50_000), file)]);
  say({ fileNumber: receipt.fileNumber, bytes: receipt.bytes, checksum: receipt.checksum });
  receipt.durable.then(({ fileNumber }) => say({ durable: fileNumber }));
  if (file % 5 === 4) await session.commit();
}
