// Leaves a drive without closing it: left-child.mjs LIB DEVICE WAY SETTING…. Sets protection, a key (`encryption`), or one that
// is to stay (`kept`), and writes a file; then, where something is to be under way, goes on with one that never ends, says
// `ready`, and ends in that way or waits for a signal.
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const [lib, device, way, ...settings] = workerData ?? process.argv.slice(2);
const { TapeDrive } = await import(pathToFileURL(join(lib, 'index.js')).href);
const RECORD = 65_536;

async function beginWriting() {
  const drive = await TapeDrive.open(device, { protection: settings.includes('protection') ? 'crc32c' : 'off' });
  await drive.rewind();
  const keep = settings.includes('kept');
  if (keep || settings.includes('encryption')) {
    await drive.encryption.enable({ key: Buffer.alloc(32, 7), keyId: 'left', keep });
  }
  await drive.writeFile([Buffer.alloc(4 * RECORD, 1)], { recordSize: RECORD, position: 'overwrite' });
  if (way === 'drained') return;
  const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: 8 * RECORD, startThreshold: 0 });
  stream.on('error', () => undefined);
  const feed = () => stream.write(Buffer.alloc(RECORD, 2), feed);
  feed();
  while (stream.bytesWritten < 4 * RECORD) await delay(5);
}

const ENDS = {
  exit: () => process.exit(0),
  throw: () => setImmediate(() => JSON.parse('{')),
  reject: () => void Promise.reject(new Error('nobody handles this')),
  abort: () => process.abort(),
  drained: () => undefined,
  blocked: () => {
    for (;;);
  },
  listened: async () => {
    const heard = once(process, 'SIGTERM');
    process.kill(process.pid, 'SIGTERM');
    await heard;
    // Nobody listens any more: the next file has it watched again.
    const second = await TapeDrive.open(device).catch((error) => error.code);
    process.stdout.write(`${second}\n`);
    process.exit(0);
  },
};

async function throughWorker() {
  const worker = new Worker(new URL(import.meta.url), { workerData: [lib, device, 'signal', ...settings] });
  await once(worker, 'message');
  await worker.terminate();
  process.stdout.write('ready\n');
  // What the worker's drive owes is done while the process goes on.
  await delay(1500);
  process.kill(process.pid, 'SIGKILL');
}

if (!isMainThread) {
  await beginWriting();
  parentPort.postMessage('ready');
  await delay(60_000);
} else if (way === 'worker') {
  await throughWorker();
} else {
  await beginWriting();
  process.stdout.write('ready\n', () => ENDS[way]?.());
  if (ENDS[way] === undefined) await delay(60_000);
}
