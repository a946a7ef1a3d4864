import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKey } from '../../../src/keys/data-key.js';
import { encodeStencFile } from '../../../src/keys/stenc-file.js';
import { readAttribute } from '../../../src/scsi/commands/attribute.js';
import { decodeInquiry } from '../../../src/scsi/commands/inquiry.js';
import { inquiry } from '../../../src/scsi/commands/primary.js';
import { decodeLogPage, logSense } from '../../../src/scsi/log/page.js';
import { VOLUME_STATISTICS } from '../../../src/scsi/log/statistics.js';
import { decodeLogValues } from '../../../src/scsi/log/values.js';
import { decodeAttributeValues } from '../../../src/scsi/mam/attribute-list.js';
import { mamValues } from '../../../src/scsi/mam/values.js';
import { decodeSerialNumber, VPD_PAGES } from '../../../src/scsi/vpd/pages.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { command, shell } from '../command.js';
import { byPattern, DEVICE, judgePages, type PageJudge, text } from './page-judge.js';

// What sg3-utils, mtx's tapeinfo and loaderinfo, mt and stenc read from the virtual drive is what our own decoders read.

let queryNode = '';
let work = '';

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'judges-'));
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  await shell(`sg_turs ${queryNode} || sg_turs ${queryNode}; mt -f ${DEVICE} rewind`);
});

afterAll(() => rm(work, { recursive: true, force: true }));

/** Where a text stands in a page. */
const indexOf = (bytes: Uint8Array, wanted: string) => Buffer.from(bytes).indexOf(wanted, 'latin1');

const JUDGES: readonly PageJudge[] = [
  {
    name: 'sg_inq',
    tool: 'sg_inq',
    arguments: [],
    fromFile: (file) => [`--inhex=${file}`],
    command: inquiry(),
    ours: (bytes) => {
      const { vendor, product, revision } = decodeInquiry(bytes);
      return { vendor: text(vendor), product: text(product), revision: text(revision) };
    },
    theirs: byPattern({
      vendor: /Vendor identification: (.*)/,
      product: /Product identification: (.*)/,
      revision: /Product revision level: (.*)/,
    }),
    changed: (bytes) => [indexOf(bytes, 'VIRTUAL')],
  },
  {
    name: 'sg_vpd',
    tool: 'sg_vpd',
    arguments: ['--page=sn'],
    fromFile: (file) => [`--inhex=${file}`],
    command: inquiry({ vpdPage: VPD_PAGES.unitSerialNumber }),
    ours: (bytes) => ({ serial: text(decodeSerialNumber(bytes)) }),
    theirs: byPattern({ serial: /Unit serial number: (.*)/ }),
    changed: () => [6],
  },
  {
    name: 'sg_logs',
    tool: 'sg_logs',
    arguments: ['--page=0x17'],
    // Page 17 is another one of a disk.
    fromFile: (file) => ['--pdt=1', `--inhex=${file}`],
    command: logSense(0x17),
    ours: (bytes) => {
      const { values } = decodeLogValues(VOLUME_STATISTICS, decodeLogPage(bytes));
      return { mounts: text(values.mounts), serial: text(values.serialNumber) };
    },
    theirs: byPattern({ mounts: /Thread count: (\d+)/, serial: /Volume serial number: (.*)/ }),
    // The last byte of the second parameter: page header 4, validity 4 + 1 to 4, thread count 4 + 4.
    changed: (bytes) => [4 + 4 + (bytes[7] ?? 0) + 4 + 3],
  },
  {
    name: 'sg_read_attr',
    tool: 'sg_read_attr',
    arguments: [],
    fromFile: (file) => [`--in=${file}`],
    command: readAttribute({ allocationLength: 8192 }),
    ours: (bytes) => {
      const values = mamValues(decodeAttributeValues(bytes).attributes);
      return {
        manufacturer: text(values.manufacturer),
        serial: text(values.serialNumber),
        barcode: text(values.barcode),
      };
    },
    theirs: byPattern({
      manufacturer: /Medium manufacturer: (.*)/,
      serial: /Medium serial number: (.*)/,
      barcode: /Barcode: (.*)/,
    }),
    changed: (bytes) => [indexOf(bytes, String(mamValues(decodeAttributeValues(bytes).attributes).serialNumber))],
  },
];

judgePages(JUDGES, () => queryNode);

it('sg_opcodes lists the commands that we list', async () => {
  await using drive = await TapeDrive.open(DEVICE);
  const ours = new Set((await drive.supportedCommands())?.commands.map(({ operationCode }) => operationCode));
  const said = await command('sg_opcodes', queryNode);
  const theirs = [...said.matchAll(/^ ([0-9a-f]{2})\s/gm)].map(([, code = '']) => Number.parseInt(code, 16));
  expect(new Set(theirs)).toEqual(ours);
});

it('tapeinfo tells the limits, the density and the medium type that we tell', async () => {
  await using drive = await TapeDrive.open(DEVICE);
  const limits = await drive.blockLimits();
  const { serialNumber } = await drive.identity();
  const said = await command('tapeinfo', '-f', queryNode);
  expect(said).toContain(`MinBlock: ${limits?.minimumBlockLength}\n`);
  expect(said).toContain(`MaxBlock: ${limits?.maximumBlockLength}\n`);
  expect(said).toContain(`SerialNumber: '${serialNumber}'\n`);
  expect(said).toMatch(/Density Code: 0x5e\n/);
});

it('loaderinfo names the drive as we do, and finds no changer attached to it', async () => {
  await using drive = await TapeDrive.open(DEVICE);
  const { vendor, product, revision } = await drive.identity();
  const said = await command('loaderinfo', '-f', queryNode);
  expect(said).toMatch(/^Product Type: Tape Drive$/m);
  expect(said).toContain(`Vendor ID: '${vendor.padEnd(8)}'\n`);
  expect(said).toContain(`Product ID: '${product.padEnd(16)}'\n`);
  expect(said).toContain(`Revision: '${revision.padEnd(4)}'\n`);
  expect(said).toMatch(/^Attached Changer: No$/m);
});

it('mt and we agree where the tape stands, whoever moves it', async () => {
  {
    await using drive = await TapeDrive.open(DEVICE);
    await drive.rewind();
    for (const records of [3, 2]) {
      await drive.writeFile([Buffer.alloc(records * 4096)], { recordSize: 4096, position: 'overwrite' });
    }
  }
  const moves: readonly (readonly [string, number])[] = [
    ['rewind', 0],
    ['fsf 1', 4],
    ['fsr 1', 5],
    ['bsr 1', 4],
    ['eod', 7],
    ['bsf 1', 6],
    ['seek 2', 2],
    ['asf 1', 4],
  ];
  for (const [operation, object] of moves) {
    await shell(`mt -f ${DEVICE} ${operation}`);
    expect(await shell(`mt -f ${DEVICE} tell`), operation).toContain(`At block ${object}.`);
    await using drive = await TapeDrive.open(DEVICE);
    expect(await drive.logicalObject(), operation).toBe(object);
  }
});

it('stenc sees the key that we set, and we see the one that it sets and removes', async () => {
  const status = () => command('stenc', '-f', queryNode);
  const keyFile = join(work, 'key');
  await writeFile(keyFile, encodeStencFile({ key: generateKey(), description: 'of stenc' }), { mode: 0o600 });
  await using drive = await TapeDrive.open(DEVICE);
  const index = (await drive.encryption.capabilities())?.algorithms[0]?.index;
  await drive.encryption.enable({ key: generateKey(), keyId: 'ours' });
  expect(await status()).toMatch(/Drive Encryption: +mixed\nDrive Key Desc.\(uKAD\): +ours\n/);
  await command('stenc', '-f', queryNode, '-e', 'off', '-a', `${index}`);
  expect(await status()).toMatch(/Drive Encryption: +off/);
  expect(await drive.encryption.status()).toMatchObject({ encryption: 'off' });
  await command('stenc', '-f', queryNode, '-e', 'on', '-k', keyFile, '-a', `${index}`);
  expect(await drive.encryption.status()).toMatchObject({ encryption: 'encrypt' });
  await drive.encryption.disable();
  expect(await status()).toMatch(/Drive Encryption: +off/);
});
