import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HistoryEntry } from '../../../src/provider/history/entry.js';
import { HistoryFile } from '../../../src/provider/history/history-file.js';
import { ID, labelOther, MIB, newBench, source, swapTo } from '../support.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lto-history-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const OTHER = 'AA0002L8';
const path = () => join(folder, 'history.jsonl');
const kept = async () => (await new HistoryFile(path()).read()).entries;
const ofType = (entries: readonly HistoryEntry[], type: HistoryEntry['type']) =>
  entries.filter((each) => each.type === type);

it('a provider keeps loads, archives and alerts, each once', async () => {
  const bench = await newBench({ historyFile: path() });
  const { provider, virtual } = bench;
  await provider.initializeMedia(ID);
  await labelOther(bench, OTHER);
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, source(3 * MIB));
  virtual.faults = [{ command: 'READ(6)', outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
  await expect(provider.verifyArchive(ID, 1)).rejects.toThrow();
  virtual.faults = [];
  // The recorder asks after the call has failed.
  await vi.waitFor(async () => expect(ofType(await kept(), 'alert').length).toBe(1), 10_000);
  await swapTo(bench, OTHER);
  await provider.getLiveInfo({ force: true });
  await provider.prepareForWrite(OTHER);
  await provider.writeArchive(OTHER, source(MIB));
  await provider.close();
  const entries = await kept();
  const barcodes = ofType(entries, 'load').map(({ cartridge }) => cartridge?.barcode);
  expect(barcodes.filter((barcode, at) => barcode !== barcodes[at - 1])).toEqual(barcodes);
  expect(new Set(barcodes)).toEqual(new Set([ID, OTHER]));
  const archives = entries.flatMap((each) => (each.type === 'archive' ? [each] : []));
  const written = archives.filter(({ archive }) => archive.direction === 'writing' && archive.bytes >= MIB);
  expect(written.map(({ cartridge, archive }) => [cartridge?.barcode, archive.bytes, archive.fileNumber])).toEqual([
    [ID, 3 * MIB, 1],
    [OTHER, MIB, 1],
  ]);
  expect(written[0]).toMatchObject({ drive: { serial: virtual.identity.serial } });
  const sampled = entries.filter(({ sample }) => sample !== undefined);
  for (const { sample } of sampled) expect(sample?.capacity).toBeGreaterThan(0);
  expect(sampled.length).toBeGreaterThan(3);
  expect(archives.some(({ archive }) => archive.error === 'LTO_MEDIUM_ERROR')).toBe(true);
  const alerts = entries.flatMap((each) => (each.type === 'alert' ? [each.alert.flag] : []));
  expect(alerts).toEqual([5]);
});

it('a later process goes on with the same load', async () => {
  const first = await newBench({ historyFile: path() });
  await first.provider.initializeMedia(ID);
  await first.provider.close();
  const before = ofType(await kept(), 'load').length;
  const { LtoProvider } = await import('../../../src/provider/provider.js');
  const second = new LtoProvider({ devicePath: first.device, historyFile: path() });
  await second.prepareForWrite(ID);
  await second.writeArchive(ID, source(MIB));
  await second.close();
  expect(before).toBe(1);
  expect(ofType(await kept(), 'load').length).toBe(1);
});

it('a history that cannot be kept is a warning, and the archive is written', async () => {
  const warnings: (string | undefined)[] = [];
  const listen = (warning: Error & { readonly code?: string }) => warnings.push(warning.code);
  process.on('warning', listen);
  try {
    const { provider } = await newBench({ historyFile: folder });
    await provider.initializeMedia(ID);
    await provider.prepareForWrite(ID);
    expect(await provider.writeArchive(ID, source(MIB))).toMatchObject({ location: 1 });
    await provider.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(warnings).toEqual(['LTO_HISTORY']);
  } finally {
    process.off('warning', listen);
  }
});
