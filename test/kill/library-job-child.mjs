// Jobs of a provider on a library, until it is killed: library-job-child.mjs LIB DEVICE SEED POOL…. Before each job it prints
// {"begin": kind}; afterwards {"done": parts}, or {"refused": code}.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lib, device, seed, own, ...pool] = process.argv.slice(2);
const load = (source) => import(pathToFileURL(join(lib, source)).href);
const { DEFAULT_MOUNT_POLICY, LtoProvider } = await load('index.js');
const { randomFrom } = await load('virtual/unit/random.js');

const random = randomFrom(Number(seed));
const below = (end) => Math.floor(random() * end);
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const ids = own.split(',');
const MIB = 2 ** 20;

// Each drive is cleaned at most once an hour, so that one of three cartridges at first meets a cleaning.
const mountPolicy = { ...DEFAULT_MOUNT_POLICY, needsCleaning: () => below(3) === 0 };
const onMountEvent = ({ type }) => type === 'cleaned' && tell({ cleaned: true });
const provider = new LtoProvider({ library: device, pool, throttleMs: 0 }, { mountPolicy, onMountEvent });
const written = [];

function* chunks(count, size) {
  for (let chunk = 0; chunk < count; chunk += 1) yield Buffer.alloc(size, below(256));
}

/** Some bytes are on one cartridge; what a cartridge cannot hold goes on to the pool. */
async function write(count, size) {
  const id = ids[below(ids.length)];
  await provider.prepareForWrite(id, { closeUnterminated: true });
  const { parts } = await provider.writeArchive(id, chunks(count, size));
  written.push(parts);
  return parts;
}

async function read() {
  const parts = written[below(written.length)];
  if (parts === undefined) return [];
  const [{ cartridge, location }] = parts;
  for await (const _ of await provider.readArchive(cartridge, location, { parts }));
  return [];
}

const JOBS = {
  write: () => write(1 + below(4), 1 + below(200_000)),
  span: () => write(6, MIB),
  read,
  putBack: async () => {
    await provider.finalizeMedia(ids[below(ids.length)]);
    return [];
  },
};

for (;;) {
  const dice = below(10);
  const kind = dice < 4 ? 'write' : dice < 6 ? 'span' : dice < 9 ? 'read' : 'putBack';
  tell({ begin: kind });
  try {
    tell({ done: await JOBS[kind]() });
  } catch (error) {
    tell({ refused: error.code ?? String(error), message: error.message });
    if (error.problem === 'source-empty') break;
  }
}
await provider.close();
tell({ end: true });
setInterval(() => undefined, 1000);
