// 1,000 archives on three cartridges of a virtual library, whose catalogue is then deleted: it is made anew from the
// cartridges alone, and 50 files are found in it and restored, each cartridge mounted once:
//   node examples/lost-catalogue.mjs lost
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createVirtualLibrary, LtoProvider } from 'node-lto';
import { openCatalogue, rebuild, restoreMembers } from 'node-lto/catalogue';

const ARCHIVES = 1000;
const WANTED = 50;
const BLOCK = 512;
const CARTRIDGES = ['AA0001L8', 'AA0002L8', 'AA0003L8'];

const folder = process.argv[2];
const library = join(folder, 'library');
const file = join(folder, 'catalogue.sqlite');

/** What is in a file of the backup. */
const contentOf = (name) => `content of ${name}\n`.repeat(20);

/** A tar archive of text files. */
function tarOf(names) {
  const blocks = names.flatMap((name) => {
    const content = Buffer.from(contentOf(name));
    const header = Buffer.alloc(BLOCK);
    header.write(name, 0);
    header.write('0000644\x000000000\x000000000\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        0`, 124);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc(-content.length & (BLOCK - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

async function open(indexArchive) {
  const catalogue = await openCatalogue(file);
  const provider = new LtoProvider({ library: `virtual:${library}`, indexArchive }, { catalogue });
  return { catalogue, provider, close: () => provider.close().then(() => catalogue.close()) };
}

async function write() {
  const { catalogue, provider, close } = await open(true);
  for (const [at, id] of CARTRIDGES.entries()) {
    await provider.initializeMedia(id);
    await provider.prepareForWrite(id);
    const session = await provider.writeSession(id);
    for (let number = at; number < ARCHIVES; number += CARTRIDGES.length) {
      const names = [1, 2, 3].map((part) => `job-${number}/part-${part}.txt`);
      await session.writeArchive(tarOf(names), { tags: { job: String(number) } });
    }
    await session.close();
  }
  const { archives, members } = await catalogue.stats();
  await close();
  return { archives: archives.durable, members };
}

async function rebuildCatalogue() {
  const { catalogue, provider, close } = await open(false);
  const report = await rebuild(catalogue, provider, CARTRIDGES);
  const { archives, members } = await catalogue.stats();
  await close();
  return { archives: archives.durable, members, read: report.found.length };
}

async function restore() {
  const { catalogue, provider, close } = await open(false);
  const wanted = [];
  for (let at = 0; at < WANTED; at += 1) {
    // In an order that has nothing to do with that on tape.
    const { members } = await catalogue.find({ pattern: `job-${(at * 617) % ARCHIVES}/part-2.txt` });
    wanted.push(...members.filter(({ path }) => path === `job-${(at * 617) % ARCHIVES}/part-2.txt`));
  }
  const target = join(folder, 'restored');
  const order = [];
  const onArchive = ({ parts }) => order.push(parts[0].cartridge);
  const report = await restoreMembers(catalogue, provider, wanted, target, { onArchive });
  for (const { path } of wanted) {
    if ((await readFile(join(target, path), 'utf8')) !== contentOf(path)) throw new Error(`${path} is another file`);
  }
  await close();
  const mounts = order.filter((cartridge, at) => cartridge !== order[at - 1]).length;
  return { members: report.members, cartridges: report.cartridges.length, mounts };
}

await mkdir(folder, { recursive: true });
await createVirtualLibrary(library, { drives: 1, slots: 4, cartridges: CARTRIDGES.map((barcode) => ({ barcode })) });
const written = await write();
await rm(file);
const rebuilt = await rebuildCatalogue();
const restored = await restore();
console.log(JSON.stringify({ written, rebuilt, restored }));
