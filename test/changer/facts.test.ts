import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScsiDevice } from '../../src/device/scsi-device.js';
import { ElementError, IllegalRequestError } from '../../src/errors/index.js';
import type { Inventory, InventoryElement } from '../../src/library/inventory.js';
import { openChanger } from '../../src/library/open/open-changer.js';
import { readGeometry } from '../../src/library/read-elements.js';
import { CHANGER_SENSE_RULES } from '../../src/library/sense-rules.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import { decodeElementStatus, moveMedium, readElementStatus } from '../../src/scsi/changer/index.js';
import { type ChangerCapability, changerBackends } from './backend.js';

// What every library has to do, on each that there is. Cartridges are put back where they were.

const MOVED = 120_000;

describe.each(changerBackends())('a library: $name', (backend) => {
  let library: TapeLibrary;
  /** The changer itself, for what the library would refuse to send. */
  let changer: ScsiDevice;
  let before: Inventory;

  beforeEach(async () => {
    const device = await backend.prepare();
    library = await TapeLibrary.open(device);
    changer = new ScsiDevice((await openChanger(device)).transport, { senseRules: CHANGER_SENSE_RULES });
    before = await library.inventory();
  });

  afterEach(async () => {
    const after = await library.inventory();
    await changer.close();
    await library.close();
    await backend.clean();
    expect(placesOf(after)).toEqual(placesOf(before));
  });

  const fact = (name: string, needs: ChangerCapability | undefined, work: () => Promise<void>) => {
    it.skipIf(needs !== undefined && backend.lacks[needs] !== undefined)(name, { timeout: MOVED }, work);
  };
  const motion = (name: string, needs: ChangerCapability | undefined, work: () => Promise<void>) => {
    if (backend.moves) fact(name, needs, work);
  };
  const slots = ({ elements }: Inventory = before) =>
    elements.filter(({ kind, accessible }) => kind === 'slot' && accessible);
  const data = (index: number): InventoryElement => {
    const full = slots().filter(({ full, mediumType }) => full && mediumType !== 'cleaning');
    return required(full[index], 'cartridge in a slot');
  };
  const emptySlot = () =>
    required(
      slots().find(({ full }) => !full),
      'empty slot',
    );
  const emptyDrive = () =>
    required(
      before.elements.find(({ kind, full }) => kind === 'drive' && !full),
      'empty drive',
    );

  fact('tells who it is', undefined, async () => {
    expect(await library.identity()).toMatchObject({
      vendor: expect.stringMatching(/\S/),
      product: expect.stringMatching(/\S/),
    });
  });

  fact(
    'has as many elements of each type as its mode page 1D says, each with an address of its own',
    undefined,
    async () => {
      const geometry = await readGeometry(changer);
      const counts = (kind: string) => before.elements.filter((element) => element.kind === kind).length;
      expect(['hand', 'slot', 'mail-slot', 'drive'].map(counts)).toEqual(
        [geometry.transport, geometry.storage, geometry.importExport, geometry.dataTransfer].map(({ count }) => count),
      );
      expect(new Set(before.elements.map(({ address }) => address)).size).toBe(before.elements.length);
    },
  );

  fact('has a barcode for each full slot, and none for an empty element', undefined, async () => {
    for (const { full, barcode } of before.elements) if (!full) expect(barcode).toBeUndefined();
    const barcodes = slots().flatMap(({ full, barcode }) => (full ? [barcode] : []));
    expect(barcodes.every((barcode) => /^[A-Z0-9]{6,8}$/.test(barcode ?? ''))).toBe(true);
    expect(new Set(barcodes).size).toBe(barcodes.length);
  });

  fact('knows its cleaning cartridges', undefined, async () => {
    const cleaners = slots().filter(({ barcode }) => barcode?.startsWith('CLN'));
    expect(cleaners.every(({ mediumType, exception }) => mediumType === 'cleaning' && exception === undefined)).toBe(
      true,
    );
  });

  fact('tells the serial numbers of its drives, which are matched with nodes', 'identifiers', async () => {
    const drives = before.elements.filter(({ kind }) => kind === 'drive');
    for (const { node, nodeProblem, driveSerialNumber } of drives) {
      expect([node, nodeProblem, driveSerialNumber]).toEqual([expect.any(String), undefined, expect.any(String)]);
    }
    expect(new Set(drives.map(({ node }) => node)).size).toBe(drives.length);
  });

  fact('tells the length of a report to whom has room for its header only', 'whole-report', async () => {
    const [short, whole] = [8, 0xffff].map((allocationLength) =>
      readElementStatus({ elementType: 'storage', allocationLength, count: 1000 }),
    );
    const header = decodeElementStatus((await changer.query(required(short, 'command'))).data);
    const { data: bytes } = await changer.query(required(whole, 'command'));
    expect([header.byteCount + 8, header.cut, header.pages]).toEqual([bytes.length, true, []]);
  });

  fact('reports from an address on, and as many as are asked for', 'count', async () => {
    const { storage } = await readGeometry(changer);
    const command = readElementStatus({ elementType: 'storage', firstElement: storage.first + 1, count: 2 });
    const { pages } = decodeElementStatus((await changer.query(command)).data);
    const addresses = pages.flatMap(({ elements }) => elements.map(({ element }) => element));
    expect(addresses).toEqual([storage.first + 1, storage.first + 2]);
  });

  fact('has TapeAlert flags', 'alerts', async () => {
    expect(await library.alerts()).toEqual(expect.any(Array));
  });

  fact('finds the same after an audit', undefined, async () => {
    const { elements, recovered } = await library.audit();
    expect([placesOf({ ...before, elements }), recovered]).toEqual([placesOf(before), []]);
  });

  fact('says that it does not know a command', undefined, async () => {
    if (backend.lacks.lock !== undefined) await expect(library.lock(false)).rejects.toBeInstanceOf(IllegalRequestError);
  });

  fact('locks and unlocks', 'lock', async () => {
    await library.lock();
    await library.lock(false);
  });

  motion('moves a cartridge to an empty slot and back, and nothing else', undefined, async () => {
    const [from, to] = [data(0), emptySlot()];
    expect(await library.transfer({ address: from.address }, { address: to.address })).toMatchObject({
      barcode: from.barcode,
      to: { address: to.address },
    });
    const expected = { ...placesOf(before), [to.address]: from.barcode };
    delete expected[from.address];
    expect(placesOf(await library.inventory())).toEqual(expected);
    await library.transfer({ address: to.address }, { address: from.address });
  });

  motion('brings a cartridge to a drive, which takes it, and home', undefined, async () => {
    const [from, drive] = [data(1), emptyDrive()];
    expect(await library.load({ address: from.address }, { address: drive.address })).toMatchObject({
      barcode: from.barcode,
    });
    expect(placesOf(await library.inventory())[drive.address]).toBe(from.barcode);
    const home = backend.lacks.home === undefined ? undefined : { address: from.address };
    expect(await library.unload({ address: drive.address }, { to: home })).toMatchObject({
      to: { address: from.address },
    });
  });

  motion('exchanges two cartridges, and back', 'exchange', async () => {
    const [one, two] = [data(0), data(1)].map(({ address }) => ({ address }));
    const names = [required(one, 'slot'), required(two, 'slot')] as const;
    await library.exchange(...names);
    expect(placesOf(await library.inventory())).toMatchObject({
      [data(0).address]: data(1).barcode,
      [data(1).address]: data(0).barcode,
    });
    await library.exchange(...names);
  });

  /** MOVE MEDIUM as it is, whatever the inventory says. */
  const refusal = async (source: number, destination: number) => {
    const { transport } = await readGeometry(changer);
    const { error } = await changer.execute(moveMedium({ transport: transport.first, source, destination }));
    return error instanceof ElementError ? error.problem : error;
  };

  motion('refuses a full destination and an empty source', undefined, async () => {
    expect(await refusal(data(0).address, data(1).address)).toBe('destination-full');
    expect(await refusal(emptySlot().address, emptyDrive().address)).toBe('source-empty');
  });

  motion('refuses an address of no element', 'bad-address', async () => {
    expect(await refusal(data(0).address, 0xfff0)).toBe('no-such-element');
    expect(await refusal(0xfff0, emptySlot().address)).toBe('no-such-element');
  });

  motion('does not take a cartridge that a drive holds', 'holds', async () => {
    const [from, drive] = [data(0), emptyDrive()];
    await library.load({ address: from.address }, { address: drive.address });
    expect(await refusal(drive.address, from.address)).toBe('held-by-drive');
    await library.unload({ address: drive.address }, { to: { address: from.address } });
  });
});

/** Barcodes by address. */
function placesOf({ elements }: Pick<Inventory, 'elements'>): Record<number, string | undefined> {
  return Object.fromEntries(elements.flatMap(({ address, full, barcode }) => (full ? [[address, barcode]] : [])));
}

function required<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`the library has no ${what}, which the suite needs`);
  return found;
}
