import { describe, expect } from 'vitest';
import { inquiry, testUnitReady } from '../../src/scsi/commands/primary.js';
import { TEMPERATURES } from '../../src/scsi/log/counters.js';
import { DEVICE_STATUS } from '../../src/scsi/log/device-status.js';
import { decodeLogPage, decodeSupportedLogPages, logSense } from '../../src/scsi/log/page.js';
import { VOLUME_STATISTICS } from '../../src/scsi/log/statistics.js';
import { TAPE_ALERT, TAPE_ALERT_RESPONSE } from '../../src/scsi/log/tape-alert.js';
import { decodeLogValues } from '../../src/scsi/log/values.js';
import { decodeSupportedPages, VPD_PAGES, vpdPayload } from '../../src/scsi/vpd/pages.js';
import type { ScsiCommand } from '../../src/scsi/wire/command.js';
import { openTransport } from '../../src/tape/open/open-transport.js';
import { RATED_LOADS } from '../../src/tape/reports/health/rules.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Transport } from '../../src/transport/transport.js';
import { answers, backend, openDrive } from './conformance.js';

// What a drive is asked while it may hold somebody's only copy: nothing here moves the tape or changes a setting.

/** The answers to commands that are sent as they are, on a drive that is opened for it. */
async function ask<T>(drive: TapeDrive, work: (transport: Transport) => Promise<T>): Promise<T> {
  const { device } = drive;
  await drive.close();
  const transport = await openTransport(device, { readOnly: true });
  try {
    // Whatever unit attentions wait are not what is asked for.
    for (let i = 0; i < 4; i += 1) await transport.scsi(testUnitReady());
    return await work(transport);
  } finally {
    await transport.close();
  }
}

/** Data in of a command that the drive carries out. */
async function dataOf(transport: Transport, command: ScsiCommand): Promise<Uint8Array> {
  const { status, data } = await transport.scsi(command);
  expect(status, command.name).toBe(GOOD);
  return data;
}

async function volumeStatistics() {
  const drive = await openDrive();
  const page = await ask(drive, (transport) => dataOf(transport, logSense(VOLUME_STATISTICS.page)));
  return decodeLogValues(VOLUME_STATISTICS, decodeLogPage(page)).values;
}

const GOOD = 0x00;
const CHECK_CONDITION = 0x02;
const NO_SUCH_VPD_PAGE = 0x7f;
const PETABYTE = 1e15;
const MB = 1e6;
const MIB = 2 ** 20;

describe(`queries on ${backend.name}`, () => {
  answers('tells who it is, the same each time', [], async () => {
    const drive = await openDrive();
    const identity = await drive.identity();
    expect(identity.vendor).toMatch(/\S/);
    expect(identity.product).toMatch(/\S/);
    expect(await drive.identity()).toEqual(identity);
    expect(await drive.readiness()).toMatchObject({ state: 'ready' });
  });

  answers('tells its serial number', ['serial'], async () => {
    const drive = await openDrive();
    expect((await drive.identity()).serialNumber).toMatch(/^\S+/);
  });

  answers('gives every vital product data page that it lists', [], async () => {
    const drive = await openDrive();
    const pages = await ask(drive, async (transport) => {
      const listed = decodeSupportedPages(await dataOf(transport, inquiry({ vpdPage: 0 })));
      const given = await Promise.all(listed.map((vpdPage) => dataOf(transport, inquiry({ vpdPage }))));
      return { listed, given: given.map((data) => data[1]) };
    });
    expect(pages.listed).toContain(VPD_PAGES.supportedPages);
    expect(pages.given).toEqual(pages.listed);
  });

  answers('refuses a vital product data page that it does not have', ['vpd-refusal'], async () => {
    const drive = await openDrive();
    const reply = await ask(drive, (transport) => transport.scsi(inquiry({ vpdPage: NO_SUCH_VPD_PAGE })));
    expect(reply.status).toBe(CHECK_CONDITION);
  });

  answers('names itself', ['serial'], async () => {
    const drive = await openDrive();
    const vpdPage = VPD_PAGES.deviceIdentification;
    const data = await ask(drive, (transport) => dataOf(transport, inquiry({ vpdPage })));
    expect(() => vpdPayload(data, 'deviceIdentification')).not.toThrow();
  });

  answers('is asked without the tape moving', ['logical-object'], async () => {
    const drive = await openDrive();
    const before = { status: await drive.status(), object: await drive.logicalObject() };
    await drive.capacity();
    await drive.mediumFormat();
    await drive.settings();
    await drive.mam();
    expect({ status: await drive.status(), object: await drive.logicalObject() }).toEqual(before);
  });

  answers('tells one position in all forms', ['logical-object', 'long-position'], async () => {
    const drive = await openDrive();
    const { logicalObject } = await drive.position();
    expect(logicalObject).toBe((await drive.logicalObject()) ?? -1);
  });

  answers('tells the limits of its blocks, and the settings', [], async () => {
    const drive = await openDrive();
    const limits = await drive.blockLimits();
    expect(limits?.maximumBlockLength).toBeGreaterThanOrEqual(256 * 1024);
    expect(limits?.minimumBlockLength).toBeLessThanOrEqual(512);
    expect((await drive.settings()).blockLength).toBeGreaterThanOrEqual(0);
  });

  answers(
    'tells what it can be recorded in, and the format of the cartridge is one of them',
    ['densities'],
    async () => {
      const drive = await openDrive();
      const densities = await drive.densities();
      expect(densities?.drive.length).toBeGreaterThan(0);
      for (const { primaryDensityCode } of densities?.medium ?? []) expect(primaryDensityCode).toBeGreaterThan(0);
      expect(await drive.mediumFormat()).toMatchObject({ guess: false, contradictedBy: [], canRead: true });
    },
  );

  answers('tells a capacity that holds together', ['mam'], async () => {
    const drive = await openDrive();
    const { partitions } = await drive.capacity();
    expect(partitions.length).toBeGreaterThan(0);
    for (const { maximum, remaining } of partitions) {
      expect(maximum?.bytes).toBeGreaterThan(0);
      expect(remaining?.bytes).toBeLessThanOrEqual(maximum?.bytes ?? 0);
    }
  });

  answers('gives every log page that it lists', ['log'], async () => {
    const drive = await openDrive();
    const pages = await ask(drive, async (transport) => {
      const listed = decodeSupportedLogPages(await dataOf(transport, logSense(0)));
      // Reading page 2E clears the flags, which whoever watches the drive would miss.
      const harmless = listed.filter(({ page }) => page !== 0 && page !== TAPE_ALERT.page);
      const given = await Promise.all(harmless.map(({ page }) => dataOf(transport, logSense(page))));
      return { listed: harmless.map(({ page }) => page), given: given.map((data) => decodeLogPage(data).page) };
    });
    expect(pages.given.length).toBeGreaterThan(0);
    expect(pages.given).toEqual(pages.listed);
  });

  answers('tells of the cartridge and of what the drive is doing', ['log', 'log-volume'], async () => {
    const drive = await openDrive();
    const { volume, device } = await ask(drive, async (transport) => ({
      volume: decodeLogValues(VOLUME_STATISTICS, decodeLogPage(await dataOf(transport, logSense(0x17)))).values,
      device: decodeLogValues(DEVICE_STATUS, decodeLogPage(await dataOf(transport, logSense(0x11)))).values,
    }));
    expect(volume.pageValid).toBe(true);
    expect(device.status).toBeDefined();
  });

  answers('counts the mounts of the cartridge', ['log', 'log-volume', 'mount-count'], async () => {
    const { mounts = 1 } = await volumeStatistics();
    expect(mounts).toBeGreaterThanOrEqual(1);
  });

  answers(
    'tells one capacity by log page 17 and by the cartridge memory',
    ['mam', 'log-volume', 'volume-megabytes'],
    async () => {
      const drive = await openDrive();
      const parts = (await drive.partitions()) ?? [0];
      const memories = await Promise.all(parts.map((partition) => drive.mam({ partition })));
      const bytes = memories.reduce((sum, memory) => sum + (memory?.values.maximumCapacity ?? 0), 0);
      await drive.close();
      const { nativeCapacity = bytes / MB } = await volumeStatistics();
      expect(Math.abs(nativeCapacity * MB - bytes)).toBeLessThanOrEqual(2 * MIB);
    },
  );

  answers('tells how warm it is', ['log', 'temperature'], async () => {
    const drive = await openDrive();
    const page = await ask(drive, (transport) => dataOf(transport, logSense(TEMPERATURES.page)));
    const { current = 1 } = decodeLogValues(TEMPERATURES, decodeLogPage(page)).values;
    expect(current).toBeGreaterThan(0);
  });

  answers('judges nothing by what it marks as unknown', [], async () => {
    const drive = await openDrive();
    const { cartridge } = await drive.health();
    const { total, partitions } = await drive.capacity();
    const bytes = [total, ...partitions].flatMap(({ native, maximum, remaining, used }) => {
      return [native, maximum, remaining, used].flatMap((value) => value?.bytes ?? []);
    });
    for (const count of [cartridge?.loads ?? 0, cartridge?.bytesWritten ?? 0, cartridge?.bytesRead ?? 0, ...bytes]) {
      expect(count).toBeLessThan(PETABYTE);
    }
    expect(cartridge?.loads ?? 0).toBeLessThan(RATED_LOADS);
    expect(cartridge?.lifeRemainingPercent ?? 100).toBeLessThanOrEqual(100);
  });

  answers('judges its health', ['alerts'], async () => {
    const drive = await openDrive();
    const pages = await ask(drive, async (transport) =>
      decodeSupportedLogPages(await dataOf(transport, logSense(0))).map(({ page }) => page),
    );
    expect(pages).toContain(TAPE_ALERT_RESPONSE.page);
    const again = await openDrive();
    expect(await again.alerts()).toMatchObject({ source: 'log page 12' });
    expect((await again.health()).reasons).toBeDefined();
  });

  answers('lists its commands, those that streams need among them', ['opcodes'], async () => {
    const drive = await openDrive();
    const commands = await drive.supportedCommands();
    const codes = new Set(commands?.commands.map(({ operationCode }) => operationCode));
    // READ(6), WRITE(6), WRITE FILEMARKS(6), SPACE(6), REWIND, READ POSITION.
    for (const code of [0x08, 0x0a, 0x10, 0x11, 0x01, 0x34]) expect(codes).toContain(code);
  });

  answers('has a clock', ['timestamp'], async () => {
    const drive = await openDrive();
    expect(await drive.timestamp()).toBeDefined();
  });

  answers('tells who has reserved it', ['reservations'], async () => {
    const drive = await openDrive();
    expect(await drive.reservations()).toBeDefined();
  });
});

describe(`the cartridge memory on ${backend.name}`, () => {
  answers('tells the maker, the serial number and the density of the cartridge', ['mam'], async () => {
    const drive = await openDrive();
    const memory = await drive.mam();
    expect(memory?.values.manufacturer).toMatch(/\S/);
    expect(memory?.values.serialNumber).toMatch(/\S/);
    expect(memory?.values.mediumDensityCode).toBeGreaterThan(0);
    const ids = memory?.attributes.map(({ id }) => id) ?? [];
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });

  answers('lists what it holds', ['mam', 'mam-lists'], async () => {
    const drive = await openDrive();
    const memory = await drive.mam();
    const { set } = await drive.attributeLists();
    expect(set).toEqual(memory?.attributes.map(({ id }) => id));
    expect(await drive.partitions()).toContain(0);
  });

  answers('holds no attribute without a value', ['mam', 'mam-absent'], async () => {
    const drive = await openDrive();
    for (const { id, bytes } of (await drive.mam())?.attributes ?? []) {
      expect(bytes.length, `attribute ${id.toString(16)}`).toBeGreaterThan(0);
    }
  });
});
