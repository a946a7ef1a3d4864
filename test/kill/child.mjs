// Does one kind of work over and over until it is killed: child.mjs LIB KIND TARGET SEED. Before each piece it prints
// {"begin": …}, and {"done": …} when that was acknowledged; both are in the pipe before it goes on.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lib, kind, target, seed] = process.argv.slice(2);
const load = (source) => import(pathToFileURL(join(lib, source)).href);
const { LtoProvider, TapeDrive } = await load('index.js');

/** Pieces of work; `done` is what is told of it, or what comes of it. */
const WORK = {
  async *write() {
    const provider = new LtoProvider({ devicePath: target });
    await provider.prepareForWrite('KILL01L8', { closeUnterminated: true });
    for (let i = Number(seed); ; i += 1) {
      const chunk = Buffer.alloc(1 + ((i * 7919) % 200_000), i);
      yield { begin: 'archive', work: () => provider.writeArchive('KILL01L8', [chunk, chunk]) };
    }
  },
  async *label() {
    const { writeLabel } = await load('provider/label/label.js');
    const drive = await TapeDrive.open(target);
    for (let i = Number(seed); ; i += 1) {
      const id = `LABEL${i}`;
      yield { begin: id, work: () => writeLabel(drive, id, { overwrite: true }), done: id };
    }
  },
  async *erase() {
    const drive = await TapeDrive.open(target);
    for (let i = Number(seed); ; i += 1) {
      await drive.rewind();
      yield { begin: 'write', work: () => drive.writeFile([Buffer.alloc(50_000, i)], { position: 'overwrite' }) };
      await drive.rewind();
      yield { begin: 'erase', work: () => drive.erase(), done: 'blank' };
    }
  },
  async *format() {
    const drive = await TapeDrive.open(target);
    for (let i = Number(seed); ; i += 1) {
      const partitions = i % 2 === 0 ? undefined : [2e9, 'rest'];
      const count = partitions?.length ?? 1;
      yield { begin: count, work: () => drive.formatMedium({ confirm: 'erase everything', partitions }), done: count };
    }
  },
  async *key() {
    const { FileKeyStore } = await load('keys/file-key-store.js');
    const { generateKey } = await load('keys/data-key.js');
    const store = new FileKeyStore(target, { passphrase: 'a passphrase', scryptCost: 14 });
    for (let i = Number(seed); ; i += 1) {
      const id = `key ${i}`;
      yield { begin: { put: id }, work: () => store.put(id, generateKey()), done: { put: id } };
      if (i % 3 !== 0) continue;
      yield { begin: { delete: id }, work: () => store.delete(id), done: { delete: id } };
    }
  },
};

for await (const { begin, work, done } of WORK[kind]()) {
  process.stdout.write(`${JSON.stringify({ begin })}\n`);
  const result = await work();
  process.stdout.write(`${JSON.stringify({ done: done ?? result })}\n`);
}
