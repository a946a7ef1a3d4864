// From a folder to a drive without a copy between them.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import type * as Transports from '../../src/backends/virtual/virtual-transport.js';
import type * as Library from '../../src/index.js';
import { compiledSources } from '../support/compiled.js';
import { describeTree } from '../support/tree.js';
import { temporaryFolder } from './support.js';

const RECORD = 256 * 1024;
const folder = temporaryFolder('lto-in-place-');
const compiled = compiledSources();
// Compiled sources lie apart from the addon.
process.env.NODE_LTO_PREBUILD ??= fileURLToPath(new URL('../..', import.meta.url));

async function openDrive() {
  const library: typeof Library = await import(compiled.url('index.js'));
  const { VirtualTransport }: typeof Transports = await import(compiled.url('backends/virtual/virtual-transport.js'));
  await library.createVirtualDrive(folder.path('drive'));
  const transport = await VirtualTransport.open({ device: 'virtual:drive', folder: folder.path('drive') });
  return { library, transport, drive: library.TapeDrive.onTransport(transport) };
}

it.runIf(process.platform === 'linux')('the packer’s own memory goes to the drive, again and again', async () => {
  await mkdir(folder.path('tree'));
  for (let file = 0; file < 7; file += 1) {
    await writeFile(folder.path('tree', `${file}`), Buffer.alloc(10_000_000 + file, `content ${file}`));
  }
  const { library, transport, drive } = await openDrive();
  const pieces: { readonly slab: number; readonly length: number }[] = [];
  const write = transport.writeRecords.bind(transport);
  transport.writeRecords = (memory, ...rest) => {
    for (const piece of memory instanceof Uint8Array ? [memory] : memory) {
      pieces.push({ slab: loadAddon().addressOfSlab(new Uint8Array(piece.buffer)), length: piece.length });
    }
    return write(memory, ...rest);
  };
  const archive = library.packFolder(folder.path('tree'));
  const { fileNumber, bytes } = await drive.writeFile(archive, { bufferBytes: 4 * 2 ** 20 });
  // The end of an archive is no whole record.
  expect(pieces.filter(({ slab }) => slab === 0).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(8 * RECORD);
  const slabs = pieces.filter(({ slab }) => slab > 0);
  expect(slabs.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(bytes - 8 * RECORD);
  expect(new Set(slabs.map(({ slab }) => slab)).size).toBeLessThan(slabs.length);
  // Overwritten too soon, the files would differ.
  await library.extractArchive(drive.createReadStream({ fileNumber }), folder.path('out'));
  await drive.close();
  expect(await describeTree(folder.path('out', 'tree'))).toEqual(await describeTree(folder.path('tree')));
});
