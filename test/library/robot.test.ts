import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualChanger } from '../../src/backends/virtual/virtual-changer.js';
import { ScsiDevice } from '../../src/device/scsi-device.js';
import { TransportError, VerificationError } from '../../src/errors/index.js';
import { systemError } from '../../src/errors/system-error.js';
import { readInventory } from '../../src/library/inventory.js';
import { moveCartridge } from '../../src/library/moves.js';
import { matchNode, nativeDriveNodes } from '../../src/library/open/drive-nodes.js';
import { listLibraries } from '../../src/library/open/list-libraries.js';
import { type Robot, readDriveIdentifiers, readElements, readGeometry } from '../../src/library/read-elements.js';
import { CHANGER_SENSE_RULES } from '../../src/library/sense-rules.js';
import { READ_ELEMENT_STATUS } from '../../src/scsi/changer/index.js';
import { encodeDeviceIdentification } from '../../src/scsi/vpd/designators.js';
import { encodeSerialNumber } from '../../src/scsi/vpd/pages.js';
import { decodeCdb } from '../../src/scsi/wire/cdb.js';
import type { ScsiReply, ScsiRequest } from '../../src/scsi/wire/command.js';
import type { ScsiTransport } from '../../src/transport/scsi-transport.js';
import type { VirtualLibraryOptions } from '../../src/virtual/index.js';
import { newLibraryFolder } from '../virtual/library/support.js';
import { temporaryFolder } from '../virtual/support.js';

type Send = (request: ScsiRequest) => Promise<ScsiReply>;

/** A library whose answers pass through `between`. */
async function robotWith(
  between: (request: ScsiRequest, send: Send) => Promise<ScsiReply>,
  options?: VirtualLibraryOptions,
) {
  const folder = await newLibraryFolder({ cartridges: 3, ...options });
  const changer: ScsiTransport = await VirtualChanger.open({ device: `virtual:${folder}`, folder });
  onTestFinished(() => changer.close());
  const { device } = changer;
  const send: Send = (request) => changer.scsi(request);
  const transport = {
    device,
    queryDevice: device,
    scsi: (request: ScsiRequest) => between(request, send),
    close: () => changer.close(),
  };
  const scsi = new ScsiDevice(transport, { senseRules: CHANGER_SENSE_RULES });
  const robot: Robot = { device: scsi, geometry: await readGeometry(scsi) };
  const slot = async (number: number) => {
    const { elements } = await readInventory(scsi, robot.geometry, { nodes: [] });
    const found = elements.find((element) => element.kind === 'slot' && element.number === number);
    if (found === undefined) throw new Error('no such slot');
    return found;
  };
  return { robot, scsi, slot };
}

const GOOD: Omit<ScsiReply, 'data'> = {
  status: 0,
  hostStatus: 0,
  driverStatus: 0,
  sense: new Uint8Array(0),
  residual: 0,
  duration: 0,
};
const isMove = ({ name }: ScsiRequest) => name === 'MOVE MEDIUM';

describe('a move', () => {
  it('that the library only claims to have made is an error', async () => {
    const { robot, slot } = await robotWith(async (request, send) =>
      isMove(request) ? { ...GOOD, data: new Uint8Array(0) } : send(request),
    );
    await expect(moveCartridge(robot, await slot(1), await slot(5))).rejects.toBeInstanceOf(VerificationError);
    expect(await slot(1)).toMatchObject({ full: true });
  });

  it('whose answer was lost counts by where the cartridge is', async () => {
    let arrives = true;
    const { robot, slot } = await robotWith(async (request, send) => {
      if (!isMove(request)) return send(request);
      if (arrives) await send(request);
      throw systemError('ETIMEDOUT', 'SG_IO', 'changer');
    });
    expect(await moveCartridge(robot, await slot(1), await slot(5))).toMatchObject({ to: { number: 5 } });
    arrives = false;
    await expect(moveCartridge(robot, await slot(2), await slot(6))).rejects.toBeInstanceOf(TransportError);
    expect(await slot(2)).toMatchObject({ full: true });
  });
});

describe('libraries that answer in their own way', () => {
  const status = (request: ScsiRequest) =>
    request.name === 'READ ELEMENT STATUS' ? decodeCdb(READ_ELEMENT_STATUS, request.cdb) : undefined;

  it('cut reports are asked for again behind their last whole element', async () => {
    const asked: number[] = [];
    const { robot, scsi } = await robotWith(async (request, send) => {
      const wanted = status(request);
      if (wanted === undefined) return send(request);
      asked.push(wanted.firstElement);
      const reply = await send(request);
      return { ...reply, data: reply.data.subarray(0, 16 + 52 * 3 - 8) };
    });
    const slots = await readElements(scsi, 'storage', robot.geometry.storage);
    expect(slots.map(({ element }) => element)).toEqual(Array.from({ length: 8 }, (_, index) => 1001 + index));
    expect(asked).toEqual([1001, 1004, 1007]);
  });

  it('no more than 1000 elements and 64 KiB are asked for at once, and never tags with identifiers', async () => {
    const asked: { count: number; allocationLength: number; both: boolean }[] = [];
    const { robot, scsi } = await robotWith(
      async (request, send) => {
        const wanted = status(request);
        if (wanted) {
          const { count, allocationLength, volumeTags, deviceIdentifiers } = wanted;
          asked.push({ count, allocationLength, both: volumeTags && deviceIdentifiers });
        }
        return send(request);
      },
      { slots: 2500, cartridges: 0 },
    );
    const { elements } = await readInventory(scsi, robot.geometry, { nodes: [] });
    expect(elements.filter(({ kind }) => kind === 'slot')).toHaveLength(2500);
    expect(Math.max(...asked.map(({ count }) => count))).toBe(1000);
    expect(Math.max(...asked.map(({ allocationLength }) => allocationLength))).toBe(0xffff);
    expect(asked.some(({ both }) => both)).toBe(false);
  });

  const refusal = {
    ...GOOD,
    status: 2,
    sense: Uint8Array.from([0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0, 0, 0]),
  };

  it('CURDATA or VOLTAG refused: asked again without', async () => {
    const { robot, scsi } = await robotWith(async (request, send) => {
      const wanted = status(request);
      const isRefused = wanted?.currentData || wanted?.volumeTags;
      return isRefused ? { ...refusal, data: new Uint8Array(0) } : send(request);
    });
    expect((await readDriveIdentifiers(scsi, robot.geometry.dataTransfer)).size).toBe(2);
    const [first] = await readElements(scsi, 'storage', robot.geometry.storage);
    expect(first).toMatchObject({ full: true, primaryVolumeTag: undefined });
  });

  it('DVCID refused: drives are not identified, and nothing is guessed', async () => {
    const { robot, scsi } = await robotWith(async (request, send) =>
      status(request)?.deviceIdentifiers ? { ...refusal, data: new Uint8Array(0) } : send(request),
    );
    const { elements } = await readInventory(scsi, robot.geometry, {
      nodes: [{ device: '/dev/nst0', serialNumbers: ['A'] }],
    });
    expect(elements.filter(({ kind }) => kind === 'drive')).toMatchObject([
      { node: undefined, nodeProblem: 'not-identified' },
      { node: undefined, nodeProblem: 'not-identified' },
    ]);
  });
});

describe('which node is which drive', () => {
  it('by serial number, letter by letter, and never by guess', () => {
    const nodes = [
      { device: '/dev/nst0', serialNumbers: ['ABC'] },
      { device: '/dev/nst1', serialNumbers: ['X', 'DEF'] },
      { device: '/dev/nst2', serialNumbers: ['DEF'] },
    ];
    expect(matchNode('ABC', nodes)).toEqual({ node: '/dev/nst0', problem: undefined });
    expect(matchNode('abc', nodes)).toEqual({ node: undefined, problem: 'not-here' });
    expect(matchNode('DEF', nodes)).toEqual({ node: undefined, problem: 'ambiguous' });
    expect(matchNode(undefined, nodes)).toEqual({ node: undefined, problem: 'not-identified' });
  });

  it('pages 80h and 83h as sysfs keeps them', async () => {
    const root = await sysfs();
    const folder = join(root, 'sys/devices/drive');
    await unit(folder, '1', encodeSerialNumber('SN80'));
    const bytes = Buffer.from(`${'IBM'.padEnd(8)}${'ULT3580-TD8'.padEnd(16)}SN83`);
    const name = { association: 'logicalUnit', type: 't10Vendor', codeSet: 2, bytes } as const;
    await writeFile(join(folder, 'vpd_pg83'), encodeDeviceIdentification([name]));
    await mkdir(join(root, 'sys/class/scsi_tape/nst0'), { recursive: true });
    await symlink(folder, join(root, 'sys/class/scsi_tape/nst0/device'));
    expect(await nativeDriveNodes({ root })).toEqual([{ device: '/dev/nst0', serialNumbers: ['SN80', 'SN83'] }]);
  });
});

it('the libraries of a machine are its medium changers, by sysfs', async () => {
  const root = await sysfs();
  for (const [node, type] of [
    ['sg0', '1'],
    ['sg10', '8'],
    ['sg9', '8'],
  ] as const) {
    const folder = join(root, 'sys/devices', node);
    await unit(folder, type, encodeSerialNumber(`SN-${node}`));
    await mkdir(join(root, 'sys/class/scsi_generic', node), { recursive: true });
    await symlink(folder, join(root, 'sys/class/scsi_generic', node, 'device'));
  }
  await mkdir(join(root, 'dev/tape/by-id'), { recursive: true });
  await symlink('../../sg9', join(root, 'dev/tape/by-id/scsi-X-changer'));
  const found = await listLibraries({ root });
  expect(found.map(({ device, serialNumber, byId }) => [device, serialNumber, byId])).toEqual([
    ['/dev/sg9', 'SN-sg9', ['/dev/tape/by-id/scsi-X-changer']],
    ['/dev/sg10', 'SN-sg10', []],
  ]);
  expect(await listLibraries({ root: join(root, 'nowhere') })).toEqual([]);
});

function sysfs(): Promise<string> {
  return temporaryFolder();
}

async function unit(folder: string, type: string, page80: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'type'), `${type}\n`);
  await writeFile(join(folder, 'vendor'), 'X       \n');
  await writeFile(join(folder, 'vpd_pg80'), page80);
}
