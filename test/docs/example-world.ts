import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createVirtualDrive,
  createVirtualLibrary,
  generateKey,
  LtoProvider,
  MemoryKeyStore,
  packFolder,
  TapeDrive,
} from '../../src/index.js';

/** Bytes of the second partition of the cartridge, and of the whole. */
const SECOND_PARTITION = 10_000_000;
const CAPACITY = 200_000_000;
const IDENTITY = 'ABC001L8';

/** What the examples of the documentation take for granted: a folder with files, a drive, a library, an application. */
export interface World {
  /** Opens the drive at first use. */
  readonly drive: () => Promise<TapeDrive>;
  /** A provider of the same drive, whose cartridge is labelled ABC001L8. */
  readonly provider: () => Promise<LtoProvider>;
  readonly source: Buffer;
  readonly key: ReturnType<typeof generateKey>;
  readonly keyStore: MemoryKeyStore;
  readonly passphrase: string;
  readonly vault: { readonly read: (path: string) => Promise<undefined> };
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly database: { readonly markWritten: (id: string, fileNumber: number) => void };
  readonly queue: { readonly sendAgain: (id: string) => void };
  readonly use: (chunk: Uint8Array) => void;
  readonly report: (...facts: unknown[]) => void;
  readonly askOperator: (...facts: unknown[]) => Promise<string>;
}

/** Makes the files and devices in an empty folder: a two-partition cartridge with a label and three archives on it. */
export async function makeFolder(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  await mkdir(join(folder, 'photos', '2026'), { recursive: true });
  await writeFile(join(folder, 'photos', '2026', 'first.jpg'), 'a photograph');
  await writeFile(join(folder, 'photos', 'old.jpg'), 'another one');
  await writeFile(join(folder, 'backup.tar'), Buffer.alloc(1_000_000, 'backup'));
  const cartridge = { barcode: IDENTITY, capacityBytes: CAPACITY };
  await createVirtualDrive(join(folder, 'drive'), { generation: 8, cartridge });
  const device = `virtual:${join(folder, 'drive')}`;
  const drive = await TapeDrive.open(device);
  await drive.formatMedium({ confirm: 'erase everything', partitions: ['rest', SECOND_PARTITION] });
  await drive.close();
  const provider = new LtoProvider({ devicePath: device });
  await provider.initializeMedia(IDENTITY);
  await provider.prepareForWrite(IDENTITY);
  for (let archive = 0; archive < 3; archive += 1)
    await provider.writeArchive(IDENTITY, packFolder(join(folder, 'photos')));
  await provider.close();
  await createVirtualLibrary(join(folder, 'library'), {
    drives: 1,
    slots: 4,
    cartridges: [{ barcode: 'A00001L8', capacityBytes: CAPACITY }],
  });
}

/** The names of the examples, for a folder of `makeFolder`; `close` ends what they have left open. */
export function openWorld(folder: string): World & { readonly close: () => Promise<void> } {
  const device = `virtual:${join(folder, 'drive')}`;
  const key = generateKey();
  const opened: { close(): Promise<unknown> }[] = [];
  const keep = <T extends { close(): Promise<unknown> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  return {
    drive: async () => keep(await TapeDrive.open(device)),
    provider: async () => keep(new LtoProvider({ devicePath: device })),
    source: Buffer.alloc(300_000, 'source'),
    key,
    keyStore: new MemoryKeyStore([['offsite 2026', key]]),
    passphrase: 'a passphrase of many words',
    vault: { read: async () => undefined },
    objects: new Map([
      ['one', Buffer.from('the first object')],
      ['two', Buffer.from('the second object')],
    ]),
    database: { markWritten: () => undefined },
    queue: { sendAgain: () => undefined },
    use: () => undefined,
    report: () => undefined,
    askOperator: async () => IDENTITY,
    close: async () => {
      for (const one of opened) await one.close();
    },
  };
}

let world: World | undefined;

/** Sets the world that `current` returns to an example. */
export function setCurrent(next: World | undefined): void {
  world = next;
}

/** The world of the running example. */
export function current(): World {
  if (world === undefined) throw new Error('no example is running');
  return world;
}
