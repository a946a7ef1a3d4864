// Moves cartridges by TapeLibrary until it is killed: library-child.mjs LIB DEVICE SEED KIND. Before each call it prints
// {"begin": …}; afterwards {"done": moves}, or {"refused": code}. KIND is `plain`, `faults`, `rival` (both on the embedded library, in
// this process) or `outside`, where somebody else sees to both.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [lib, device, seed, kind] = process.argv.slice(2);
const load = (source) => import(pathToFileURL(join(lib, source)).href);
const { TapeLibrary } = await load('index.js');
const { moveMedium, exchangeMedium } = await load('scsi/changer/index.js');
const { randomFrom } = await load('virtual/unit/random.js');

const random = randomFrom(Number(seed));
const below = (end) => Math.floor(random() * end);
const any = (list) => list[below(list.length)];
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const library = await TapeLibrary.open(device);
const embedded = kind === 'faults' || kind === 'rival' ? await openEmbedded() : undefined;

async function openEmbedded() {
  const { VirtualChanger } = await load('backends/virtual/virtual-changer.js');
  return VirtualChanger.open({ device, folder: device.replace('virtual:', '') });
}

/** Stuck cartridges, elements that take none, answers that get lost before or after the move, faults of the robot. */
function faults(elements) {
  const address = () => any(elements.filter((element) => element.kind !== 'hand')).address;
  const lost = { hostStatus: 3 };
  return any([
    {},
    { stuck: [address(), address()] },
    { blocked: [address(), address()] },
    { commands: [{ command: 'MOVE MEDIUM', probability: 0.5, seed: below(1e6), outcome: lost }] },
    { commands: [{ command: 'MOVE MEDIUM', probability: 0.5, seed: below(1e6), carriedOut: true, outcome: lost }] },
    { commands: [{ command: 'MOVE MEDIUM', times: 1, outcome: { sense: { key: 4, asc: 0x15, ascq: 1 } } }] },
    { commands: [{ command: 'READ ELEMENT STATUS', times: 1, outcome: { sense: { key: 6, asc: 0x29 } } }] },
  ]);
}

/** Another initiator moves what is in slots and mail slots, whatever we do. */
async function rival(elements) {
  const stores = elements.filter(({ kind: type }) => type === 'slot' || type === 'mail-slot');
  const address = () => any(stores).address;
  for (let move = 0; move < 3; move += 1) {
    const command =
      below(4) === 0
        ? exchangeMedium({ source: address(), firstDestination: address(), secondDestination: address() })
        : moveMedium({ source: address(), destination: address() });
    await embedded.library.execute(command.cdb, { nexus: 'rival' });
  }
}

/** One call, drawn at random; most can be made, some can not. */
function drawn(elements) {
  const of = (...kinds) => elements.filter((element) => kinds.includes(element.kind));
  const stores = of('slot', 'mail-slot');
  const full = stores.filter((element) => element.full);
  const empty = stores.filter((element) => !element.full);
  const name = (element) => (below(2) === 0 && element.barcode ? element.barcode : { address: element.address });
  const drives = of('drive');
  const loaded = drives.filter((drive) => drive.full);
  const held = of('hand').some((hand) => hand.full);
  const dice = below(40);
  if (held) return [['audit'], () => library.audit()];
  if (dice === 0) return [['audit'], () => library.audit()];
  if (dice === 1) return [['export'], async () => [await library.export(name(any(full)))]];
  if (dice === 2) return [['import'], () => library.import()];
  if (dice < 6 && loaded.length > 0) {
    const drive = any(loaded);
    return [['unload', drive.address], async () => [await library.unload({ address: drive.address })]];
  }
  if (dice < 8) {
    const [cartridge, drive] = [any(full), any(drives)];
    const work = async () => [(await library.load(name(cartridge), { address: drive.address })).move];
    return [['load', cartridge.address, drive.address], work];
  }
  if (dice < 14) {
    const [one, two] = [any(full), any(full)];
    return [['exchange', one.address, two.address], () => library.exchange(name(one), name(two))];
  }
  const [from, to] = [any(dice < 17 ? stores : full), any(dice < 17 ? stores : empty) ?? any(stores)];
  return [
    ['transfer', from.address, to.address],
    async () => [await library.transfer(name(from), { address: to.address })],
  ];
}

for (let call = 0; ; call += 1) {
  const { elements } = await library.inventory();
  if (embedded && kind === 'faults' && call % 10 === 0) embedded.library.faults = faults(elements);
  const [begin, work] = drawn(elements);
  tell({ begin });
  const other = kind === 'rival' ? rival(elements) : undefined;
  try {
    const result = await work();
    const moves = (Array.isArray(result) ? result : (result.recovered ?? [])).filter((move) => move !== undefined);
    tell({ done: moves.map(({ barcode, from, to }) => [barcode, from.address, to.address]) });
  } catch (error) {
    tell({ refused: error.code ?? String(error), problem: error.problem, message: error.message });
    // What lasts is in the way of everything.
    if (embedded && error.code === 'LTO_HARDWARE_ERROR') embedded.library.faults = {};
  }
  await other;
}
