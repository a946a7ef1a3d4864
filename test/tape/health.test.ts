import { describe, expect, it } from 'vitest';
import { encodeLogPage } from '../../src/scsi/log/page.js';
import { readCapacity } from '../../src/tape/reports/capacity.js';
import type { HealthFacts } from '../../src/tape/reports/health/facts.js';
import { readHealth } from '../../src/tape/reports/health/health.js';
import { healthReasons, RATED_LOADS } from '../../src/tape/reports/health/rules.js';
import { readMediumFormat } from '../../src/tape/reports/medium-format.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { answerWith, newPort, newTapeDrive, UNSUPPORTED } from './drives.js';

async function strike(drive: VirtualDrive, asc: number): Promise<void> {
  drive.faults = [{ command: 'TEST UNIT READY', times: 1, outcome: { sense: { key: 3, asc, ascq: 0 } } }];
  await drive.execute(new Uint8Array(6));
}

function codesOf(reasons: readonly { readonly code: string }[]): string[] {
  return reasons.map(({ code }) => code);
}

describe('health', () => {
  it('of a new drive is good, and shows what was written', async () => {
    const drive = await newTapeDrive();
    await drive.writeFile([Buffer.alloc(3_000_000)]);
    const health = await drive.health();
    expect(health).toMatchObject({
      verdict: 'good',
      reasons: [],
      temperature: 35,
      writing: { uncorrected: 0, correctedPerGigabyte: undefined },
      compression: { enabled: true, writeRatio: 1 },
      cleaning: { required: false, requested: false },
      cartridge: { kind: 'data', unrecoveredWriteErrors: 0 },
    });
    expect(health.writing.bytes).toBeGreaterThanOrEqual(3_000_000);
  });

  it('of an empty drive is that of the drive alone', async () => {
    const health = await (await newTapeDrive({ cartridge: false })).health();
    expect(health.cartridge).toBeUndefined();
    expect(health.drive?.loads).toBe(0);
    expect(health.verdict).toBe('good');
  });

  it('is bad after errors that could not be corrected, and says why', async () => {
    const { port, drive } = await newPort();
    await strike(drive, 0x0c);
    await strike(drive, 0x11);
    const { verdict, reasons } = await readHealth(port);
    expect(verdict).toBe('bad');
    const codes = ['uncorrected-write-errors', 'uncorrected-read-errors', 'last-mount-errors', 'tape-alert-5'];
    expect(codesOf(reasons)).toEqual(expect.arrayContaining([...codes, 'tape-alert-6']));
    expect(reasons.at(-1)).toMatchObject({ code: 'cartridge-unrecovered-errors', verdict: 'attention' });
  });

  it('keeps the errors of the cartridge in mind when it is loaded again', async () => {
    const { port, drive } = await newPort();
    await strike(drive, 0x0c);
    const name = drive.cartridge ?? '';
    await drive.remove();
    await drive.insert(name);
    expect(codesOf((await readHealth(port)).reasons)).toEqual(['cartridge-unrecovered-errors']);
  });

  it('counts what is left of a cleaning cartridge', async () => {
    const { cartridge, verdict } = await (await newTapeDrive({ cartridge: { cleaning: true } })).health();
    expect(cartridge).toMatchObject({ kind: 'cleaning', cleaningsLeft: 49 });
    expect(verdict).toBe('good');
  });

  it('knows a cleaning cartridge by TEST UNIT READY alone', async () => {
    const { port, drive } = await newPort({ cartridge: { cleaning: true } });
    drive.faults = [{ command: 'READ ATTRIBUTE', outcome: UNSUPPORTED }];
    expect((await readHealth(port)).cartridge).toMatchObject({ kind: 'cleaning' });
    expect(await readMediumFormat(port)).toMatchObject({ kind: 'cleaning', format: undefined });
  });

  it('tells of a cartridge whose format the drive can not use (TapeAlert 12)', async () => {
    const { port, drive } = await newPort({ cartridge: { generation: 8 }, generation: 8 });
    const flags = Buffer.from('0010000000000000', 'hex');
    const page = encodeLogPage({
      page: 0x12,
      subpage: 0,
      disableSave: false,
      parameters: [{ code: 0, control: 3, value: flags }],
    });
    answerWith(port, 'LOG SENSE', (cdb) => (((cdb[2] ?? 0) & 0x3f) === 0x12 ? page : undefined));
    const { verdict, reasons } = await readHealth(port);
    expect(verdict).toBe('attention');
    expect(reasons).toMatchObject([{ code: 'tape-alert-12' }]);
    expect(drive.faults).toEqual([]);
  });

  it('judges nothing by counters that the drive marks as unknown', async () => {
    const { port, drive } = await newPort({ traits: ['unknown-marks'] });
    const health = await readHealth(port);
    expect(health).toMatchObject({ verdict: 'good', reasons: [] });
    const unknown = {
      loads: undefined,
      bytesWritten: undefined,
      bytesRead: undefined,
      lifeRemainingPercent: undefined,
    };
    expect(health.cartridge).toMatchObject({ kind: 'data', ...unknown, lastMountUnrecoveredErrors: undefined });
    drive.faults = [{ command: 'READ ATTRIBUTE', outcome: UNSUPPORTED }];
    const nothing = { native: undefined, maximum: undefined, remaining: undefined, used: undefined };
    expect(await readCapacity(port)).toEqual({ total: nothing, partitions: [{ partition: 0, ...nothing }] });
  });

  it('tells corrected errors and retries per gigabyte, once there was one', async () => {
    const { port } = await newPort();
    let isCounting = true;
    const counters = (bytes: number) => {
      const control = 0;
      const processed = Buffer.alloc(8);
      processed.writeBigUInt64BE(BigInt(bytes));
      return encodeLogPage({
        page: 0x02,
        subpage: 0,
        disableSave: false,
        parameters: [
          ...(isCounting ? [{ code: 2, control, value: Uint8Array.of(0, 0, 0, 4) }] : []),
          ...(isCounting ? [{ code: 3, control, value: Uint8Array.of(0, 0, 0, 10) }] : []),
          { code: 5, control, value: processed },
        ],
      });
    };
    let bytes = 2e9;
    answerWith(port, 'LOG SENSE', (cdb) => (((cdb[2] ?? 0) & 0x3f) === 0x02 ? counters(bytes) : undefined));
    const of = { corrected: 10, retries: 4, uncorrected: undefined };
    const { writing } = await readHealth(port);
    expect(writing).toEqual({ ...of, bytes: 2e9, correctedPerGigabyte: 5, retriesPerGigabyte: 2 });
    bytes = 1e9;
    expect((await readHealth(port)).writing).toMatchObject({ correctedPerGigabyte: 10, retriesPerGigabyte: 4 });
    bytes = 1e9 - 1;
    const tooFew = { correctedPerGigabyte: undefined, retriesPerGigabyte: undefined };
    expect((await readHealth(port)).writing).toEqual({ ...of, bytes, ...tooFew });
    isCounting = false;
    bytes = 2e9;
    const nothing = { corrected: undefined, retries: undefined, uncorrected: undefined };
    expect((await readHealth(port)).writing).toEqual({ ...nothing, bytes, ...tooFew });
  });

  it('tells what is left of the life of a cartridge', async () => {
    const { cartridge } = await (await newTapeDrive()).health();
    expect(cartridge?.lifeRemainingPercent).toBe(99);
  });

  it('is good where the drive tells nothing', async () => {
    const { port, drive } = await newPort();
    drive.faults = [
      { command: 'LOG SENSE', outcome: UNSUPPORTED },
      { command: 'READ ATTRIBUTE', outcome: UNSUPPORTED },
    ];
    const health = await readHealth(port);
    expect(health).toMatchObject({ verdict: 'good', alerts: undefined, drive: undefined });
  });
});

describe('the rules', () => {
  const NOTHING = { reading: {}, writing: {}, cleaning: {}, compression: {} } as HealthFacts;

  it.each([
    { facts: { cartridge: { loads: RATED_LOADS * 0.8 - 1 } }, codes: [] },
    { facts: { cartridge: { loads: RATED_LOADS * 0.8 } }, codes: ['cartridge-worn'] },
    { facts: { cartridge: { loads: RATED_LOADS } }, codes: ['cartridge-worn-out'] },
    { facts: { cartridge: { lifeRemainingPercent: 11 } }, codes: [] },
    { facts: { cartridge: { lifeRemainingPercent: 10 } }, codes: ['cartridge-life-nearly-over'] },
    { facts: { cartridge: { lifeRemainingPercent: 0 } }, codes: ['cartridge-life-over'] },
    { facts: { cartridge: { cleaningsLeft: 2 } }, codes: ['cleaning-cartridge-used-up'] },
    { facts: { cartridge: { temperatureExceeded: true } }, codes: ['cartridge-overheated'] },
    { facts: { drive: { temperatureExceeded: true } }, codes: ['drive-overheated'] },
    { facts: { cleaning: { requested: true } }, codes: ['cleaning-requested'] },
    { facts: { cleaning: { requested: true, required: true } }, codes: ['cleaning-required'] },
  ])('say $codes', ({ facts, codes }) => {
    expect(codesOf(healthReasons({ ...NOTHING, ...(facts as Partial<HealthFacts>) }))).toEqual(codes);
  });
});
