// `lto` on drive 1 of a virtual library, with an operator beside it: operator.mjs LIB FOLDER CARTRIDGES ARGUMENT…. When the drive
// has ejected its cartridge, the operator puts it into a slot, and the next of CARTRIDGES (by comma) into the drive.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lib, folder, cartridges, ...args] = process.argv.slice(2);
const load = (source) => import(pathToFileURL(join(lib, source)).href);
const { VirtualChanger } = await load('backends/virtual/virtual-changer.js');
const { moveMedium } = await load('scsi/changer/index.js');

const DRIVE = 1;
const changer = await VirtualChanger.open({ device: `virtual:${folder}`, folder });
const { library } = changer;
const next = cartridges.split(',');

const elementOf = (barcode) => library.elements.find(({ cartridge }) => cartridge === barcode).element;
const emptySlot = () => library.elements.find(({ type, cartridge }) => type === 'slot' && cartridge === null).element;

async function move(source, destination) {
  // The first command meets a unit attention.
  for (let sent = 0; sent < 3; sent += 1) {
    if ((await library.execute(moveMedium({ source, destination }).cdb)).status === 0) return;
  }
  throw new Error(`no move from ${source} to ${destination}`);
}

async function change() {
  const barcode = next.shift();
  // The library has the drive unload what an earlier process has left in it.
  if (library.drives[0].cartridge !== undefined) await move(DRIVE, emptySlot());
  await move(elementOf(barcode), DRIVE);
  process.stderr.write(`operator: ${barcode} is in the drive\n`);
}

await change();
const watching = setInterval(async () => {
  const [drive] = library.drives;
  if (drive.cartridge === undefined || drive.holds || watching.busy || next.length === 0) return;
  watching.busy = true;
  await change();
  watching.busy = false;
}, 20);
watching.unref();
process.once('beforeExit', () => void changer.close());

process.argv = [process.argv[0], join(lib, 'cli/main.js'), ...args];
await load('cli/main.js');
