// Writes three files of a session whose timer rings after 200 ms, and asks to be stopped between two and within one:
// stopped-child.mjs LIB FOLDER. A line for each file that is durable.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [lib, folder] = process.argv.slice(2);
const { TapeDrive } = await import(pathToFileURL(join(lib, 'index.js')).href);
const say = (line) => new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, resolve));

const drive = await TapeDrive.open(`virtual:${folder}`);
const session = drive.session({ commit: { seconds: 0.2 } });
const receipts = [];
const write = async (source) => {
  const receipt = await session.writeFile(source);
  receipts.push(receipt.durable.then(({ fileNumber }) => say({ durable: fileNumber })));
};

await write([Buffer.alloc(1000, 1)]);
await say({ stop: 'between' });
await delay(100);
await write(
  (async function* () {
    yield Buffer.alloc(100_000, 2);
    await say({ stop: 'within' });
    await delay(100);
    yield Buffer.alloc(100_000, 2);
  })(),
);
await write([Buffer.alloc(1000, 3)]);
await session.close();
await Promise.all(receipts);
await drive.close();
