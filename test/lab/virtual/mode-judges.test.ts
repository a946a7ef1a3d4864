import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { modeSense10, type PAGE_CONTROL } from '../../../src/scsi/commands/primary.js';
import { RESERVATION_TYPE } from '../../../src/scsi/commands/reservation.js';
import { decodeModeParameters } from '../../../src/scsi/mode/parameter-list.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { command, shell } from '../command.js';
import { answerTo, DEVICE } from './page-judge.js';

// sg_modes and sg_persist, which read from a drive alone: what they read is what we read, and changes with the drive.

let queryNode = '';

beforeAll(async () => {
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  await shell(`sg_turs ${queryNode} || sg_turs ${queryNode}; mt -f ${DEVICE} rewind`);
});

interface ModeFacts {
  readonly mediumType: number;
  readonly bufferedMode: number;
  readonly densityCode: number | undefined;
  /** Each page in hexadecimal. */
  readonly pages: readonly string[];
}

async function oursOfModes(pageControl: keyof typeof PAGE_CONTROL): Promise<ModeFacts> {
  const answer = await answerTo(modeSense10({ pageCode: 0x3f, pageControl }));
  const { mediumType, bufferedMode, blockDescriptor, pages } = decodeModeParameters(answer, 10);
  return {
    mediumType,
    bufferedMode,
    densityCode: blockDescriptor?.densityCode,
    pages: pages.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
  };
}

async function theirsOfModes(pageControl: number): Promise<ModeFacts> {
  const said = await command('sg_modes', '--all', `--control=${pageControl}`, queryNode);
  const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1]);
  const [, ...pages] = said.split(/^>> .*$/m);
  return {
    mediumType: number(/medium type=(0x[0-9a-f]+)/),
    bufferedMode: (number(/specific param=(0x[0-9a-f]+)/) >> 4) & 7,
    densityCode: number(/Density code=(0x[0-9a-f]+)/),
    pages: pages.map((page) => page.replaceAll(/^ [0-9a-f]{2,} {4}/gm, '').replaceAll(/\s/g, '')),
  };
}

describe('sg_modes', () => {
  it.each([
    ['current', 0],
    ['changeable', 1],
    ['default', 2],
  ] as const)('reads the %s values that we read, byte for byte', async (pageControl, code) => {
    const ours = await oursOfModes(pageControl);
    expect(ours.pages.length).toBeGreaterThan(5);
    expect(await theirsOfModes(code)).toEqual(ours);
  });

  it('sees the setting that we change', async () => {
    const compress = async (compression: boolean) => {
      await using drive = await TapeDrive.open(DEVICE);
      await drive.configure({ compression });
    };
    onTestFinished(() => compress(true));
    const before = await theirsOfModes(0);
    await compress(false);
    const after = await theirsOfModes(0);
    const changed = after.pages.filter((page, i) => page !== before.pages[i]);
    const of = (page: string) => changed.find((each) => each.startsWith(page));
    expect(changed).toHaveLength(2);
    // Data Compression: DCC without DCE. Device Configuration tells the same, in byte 14.
    expect(of('0f0e40')).toBeDefined();
    expect(of('100e')?.slice(28, 30)).toBe('00');
    expect((await oursOfModes('current')).pages).toEqual(after.pages);
  });
});

describe('sg_persist', () => {
  const KEY = '0000000000001234';
  const digits = (printed: string) => printed.slice(2).padStart(16, '0');
  const persist = (...args: readonly string[]) => command('sg_persist', '--no-inquiry', ...args, queryNode);
  const out = (action: string, ...args: readonly string[]) => persist('--out', `--${action}`, ...args);

  async function theirs() {
    const keys = [...(await persist('--read-keys')).matchAll(/^ {4}(0x[0-9a-f]+)$/gm)].map(([, key = '']) =>
      digits(key),
    );
    const said = await persist('--read-reservation');
    const [, holder, name] = /Key=(0x[0-9a-f]+)\n +scope: LU_SCOPE, +type: (.*)/.exec(said) ?? [];
    return { keys, holder: holder === undefined ? undefined : { key: digits(holder), name } };
  }

  async function ours() {
    await using drive = await TapeDrive.open(DEVICE);
    return await drive.reservations();
  }

  it.each([
    [RESERVATION_TYPE.writeExclusive, 'Write Exclusive'],
    [RESERVATION_TYPE.exclusiveAccess, 'Exclusive Access'],
    [RESERVATION_TYPE.writeExclusiveRegistrantsOnly, 'Write Exclusive, registrants only'],
    [RESERVATION_TYPE.exclusiveAccessRegistrantsOnly, 'Exclusive Access, registrants only'],
  ])('type %i: each step is what we see, and ends with nothing', async (type, name) => {
    const key = '--param-rk=1234';
    const nothing = { keys: [], holder: undefined };
    expect(await ours()).toEqual(nothing);
    onTestFinished(() => out('clear', key).then(undefined, () => undefined));
    await out('register', '--param-sark=1234');
    expect(await ours()).toEqual({ keys: [KEY], holder: undefined });
    expect(await theirs()).toEqual({ keys: [KEY], holder: undefined });
    await out('reserve', key, `--prout-type=${type}`);
    expect(await theirs()).toEqual({ keys: [KEY], holder: { key: KEY, name } });
    expect(await ours()).toEqual({ keys: [KEY], holder: { key: KEY, scope: 0, type } });
    await expect(out('release', '--param-rk=4321', `--prout-type=${type}`)).rejects.toThrow(/Reservation conflict/i);
    expect((await ours())?.holder).toEqual({ key: KEY, scope: 0, type });
    await out('release', key, `--prout-type=${type}`);
    expect(await ours()).toEqual({ keys: [KEY], holder: undefined });
    await out('register', key, '--param-sark=0');
    expect(await ours()).toEqual(nothing);
    expect(await theirs()).toEqual(nothing);
  });
});
