import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LtoError, MediumError } from '../../../src/errors/index.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { NOTICES_TAKEN_ATTENTION } from '../kernel.js';
import { FIRST, insert, newCartridge } from './target.js';

// The target changes its cartridge behind the kernel's back; a reset makes it report a unit attention.

const DEVICE = '/dev/nst0';
const SECOND = '/run/tgt/tape-second';
const MIB = 2 ** 20;

let queryDevice = '';

beforeAll(async () => {
  queryDevice = (await listDrives())[0]?.queryDevice ?? '';
});

async function swap(): Promise<void> {
  await insert(SECOND, () => command('sg_reset', '--device', queryDevice));
}

/**
 * Until no record is under way. A drive changes no cartridge below a record, but the target can: on a loaded machine the
 * new cartridge then had lost its beginning. That the target wrote there what had come for the old one is a guess.
 */
const SETTLED_MS = 2000;

/** Another program takes the unit attention away. */
async function steal(): Promise<void> {
  await shell(`sg_turs ${queryDevice} || true`);
}

/** After a reset the driver reports an error when it is closed. */
async function close(lto: LtoProvider): Promise<void> {
  await lto.close().catch((error: unknown) => {
    if (!(error instanceof MediumError)) throw error;
  });
}

/** The cartridge that is in now has its label, one archive and nothing else. */
async function secondIsUntouched(): Promise<void> {
  await command('mt', '-f', DEVICE, 'rewind');
  expect(await command('tar', '-xOf', DEVICE, '.tapehoard_label')).toBe('SECOND\n');
  await command('mt', '-f', DEVICE, 'rewind');
  await command('mt', '-f', DEVICE, 'fsf', '2');
  await expect(command('mt', '-f', DEVICE, 'fsr', '1')).rejects.toThrow();
}

/** Both cartridges have a label and one archive of the same size, so that positions alone can't tell them apart. */
beforeEach(async () => {
  await newCartridge(SECOND);
  for (const [path, id] of [
    [SECOND, 'SECOND'],
    [FIRST, 'FIRST'],
  ] as const) {
    await insert(path);
    await command('mt', '-f', DEVICE, 'rewind');
    await shell(`cd /run/tmp && echo ${id} >.tapehoard_label && tar -cf ${DEVICE} .tapehoard_label`);
    await shell(`dd if=/dev/zero of=${DEVICE} bs=64k count=4`);
  }
});

afterAll(() => insert(FIRST));

/** Who takes the unit attention that the change gives rise to. */
const TAKERS: [who: string, take: () => Promise<void>][] = [
  ['the provider meets the unit attention', async () => undefined],
];
if (NOTICES_TAKEN_ATTENTION) TAKERS.push(['another program takes the unit attention', steal]);

describe('a cartridge that is changed behind the back of the kernel', () => {
  it.each(TAKERS)('after it was prepared is not written: %s', async (_who, then) => {
    const lto = new LtoProvider({ devicePath: DEVICE });
    expect(await lto.prepareForWrite('FIRST')).toMatchObject({ nextFile: 2 });
    await swap();
    await then();
    await expect(lto.writeArchive('FIRST', [testData(MIB)])).rejects.toMatchObject({ code: 'LTO_MEDIUM_CHANGED' });
    await close(lto);
    await secondIsUntouched();
  });

  it.each(TAKERS)('after a poll is not prepared: %s', async (_who, then) => {
    const lto = new LtoProvider({ devicePath: DEVICE });
    await lto.prepareForWrite('FIRST');
    expect(await lto.getLiveInfo({ force: true })).toMatchObject({ online: true });
    await swap();
    await then();
    await expect(lto.prepareForWrite('FIRST')).rejects.toMatchObject({ code: 'LTO_LABEL' });
    await expect(lto.writeArchive('FIRST', [testData(MIB)])).rejects.toBeInstanceOf(LtoError);
    await close(lto);
    await secondIsUntouched();
  });

  it('in the middle of an archive is not written on', async () => {
    const lto = new LtoProvider({ devicePath: DEVICE });
    await lto.prepareForWrite('FIRST');
    async function* chunks() {
      for (let i = 0; ; i += 1) {
        if (i === 20) {
          await setTimeout(SETTLED_MS);
          await swap();
        }
        yield testData(MIB, i);
      }
    }
    await expect(lto.writeArchive('FIRST', chunks())).rejects.toBeInstanceOf(LtoError);
    await close(lto);
    await secondIsUntouched();
  });
});

it('a held drive is told with the process that holds it', async () => {
  const holder = shell(`exec 3<${DEVICE}; sleep 3`);
  await setTimeout(1000);
  await using lto = new LtoProvider({ devicePath: DEVICE });
  const status = await lto.checkOnline();
  expect(status).toMatchObject({ state: 'busy', holder: expect.any(Number) });
  await holder;
  expect(await lto.checkOnline({ force: true })).toMatchObject({ online: true });
});
