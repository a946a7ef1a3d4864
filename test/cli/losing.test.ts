import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const CATALOGUE = ['--catalogue', 'catalogue.sqlite'];
const CHUNK = Buffer.alloc(1 << 20, 5);

interface Archive {
  readonly state: string;
  readonly parts: readonly { readonly cartridge: string; readonly fileNumber: number }[];
}

async function archives(): Promise<readonly Archive[]> {
  return (await lto.document(['list', ...CATALOGUE])).archives as readonly Archive[];
}

/** `1 durable`, in the order of the tape. */
async function states(): Promise<readonly string[]> {
  const rows = (await archives()).map(({ state, parts }) => `${parts[0]?.fileNumber} ${state}`);
  return rows.toSorted();
}

/** A labelled cartridge with so many archives. */
async function cartridge(count: number, name = 'OLD001L8', drive = 'drive'): Promise<void> {
  await lto.document(['virtual', 'create', drive, '--barcode', 'AA0001L8']);
  const device = { device: `virtual:${lto.path(drive)}` };
  await lto.document(['label', name, '--overwrite', '--yes-overwrite', 'AA0001L8', ...CATALOGUE], device);
  await mkdir(lto.path('folder'), { recursive: true });
  await writeFile(lto.path('folder/file'), 'content');
  for (let file = 0; file < count; file += 1) await lto.document(['write', 'folder', ...CATALOGUE], device);
}

describe('a catalogue is told before anything is destroyed', () => {
  it('by lto write --overwrite, also if that is interrupted', async () => {
    await cartridge(3);
    await lto.document(['verify', '1', ...CATALOGUE]);
    const loss = ['--overwrite', '2', '--yes-overwrite', 'OLD001L8'];
    const running = lto.start(['write', '-', ...loss, ...CATALOGUE]);
    running.stdin.on('error', () => undefined);
    for (let chunk = 0; chunk < 40; chunk += 1) {
      if (!running.stdin.write(CHUNK)) await Promise.race([once(running.stdin, 'drain'), delay(2000)]);
    }
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(await states()).toEqual(['1 verified', '2 lost', '3 lost']);
  });

  it('by lto erase', async () => {
    await cartridge(1);
    await lto.document(['erase', '--yes-overwrite', 'OLD001L8', ...CATALOGUE]);
    expect(await states()).toEqual(['1 lost']);
  });

  it('by lto format', async () => {
    await cartridge(1);
    await lto.document(['format', '--single-partition', '--yes-overwrite', 'OLD001L8', ...CATALOGUE]);
    expect(await states()).toEqual(['1 lost']);
  });

  it('and not where nothing is destroyed', async () => {
    await cartridge(1);
    for (const command of [['erase'], ['format', '--single-partition'], ['label', 'NEW001L8', '--overwrite']]) {
      expect((await lto.run([...command, '--yes-overwrite', 'ANOTHER', ...CATALOGUE])).code).toBe(2);
    }
    expect((await lto.run(['label', 'NEW001L8', ...CATALOGUE])).code).toBe(10);
    const impossible = ['format', '--partitions', '1GB,2GB', '--yes-overwrite', 'OLD001L8', ...CATALOGUE];
    expect((await lto.run(impossible)).code).toBe(2);
    expect(await states()).toEqual(['1 durable']);
  });
});

describe('lto label', () => {
  it('ends what the catalogue has of an earlier name, also of a cartridge that was erased', async () => {
    await cartridge(1);
    await lto.document(['erase', '--yes-overwrite', 'OLD001L8']);
    expect(await states()).toEqual(['1 durable']);
    await lto.document(['label', 'NEW001L8', ...CATALOGUE]);
    expect(await states()).toEqual(['1 lost']);
  });

  it('refuses the name of another cartridge that has archives, before it writes', async () => {
    await cartridge(1);
    await lto.document(['virtual', 'create', 'other', '--barcode', 'BB0001L8']);
    const other = { device: `virtual:${lto.path('other')}` };
    const { code, stderr } = await lto.run(['label', 'OLD001L8', ...CATALOGUE], other);
    expect([code, stderr]).toEqual([10, expect.stringMatching(/1 archive on another cartridge "OLD001L8".*LTO_LABEL/)]);
    expect(stderr).toContain('lto catalogue forget --cartridge OLD001L8');
    expect(await states()).toEqual(['1 durable']);
    expect((await lto.run(['label'], other)).code).toBe(10);
    await lto.document(['catalogue', 'forget', '--cartridge', 'OLD001L8', ...CATALOGUE]);
    await lto.document(['label', 'OLD001L8', ...CATALOGUE], other);
  });

  it('leaves the archives of another cartridge whose name this one had', async () => {
    await cartridge(1);
    await lto.document(['virtual', 'create', 'other', '--barcode', 'BB0001L8']);
    const other = { device: `virtual:${lto.path('other')}` };
    await lto.document(['label', 'OLD001L8'], other).catch(() => undefined);
    const loss = ['--overwrite', '--yes-overwrite', 'OLD001L8'];
    await lto.document(['label', 'NEW001L8', ...loss, ...CATALOGUE], other);
    expect(await states()).toEqual(['1 durable']);
  });
});

describe('what was asked for and is not done', () => {
  it('is in the document, and a warning that --quiet does not suppress', async () => {
    await cartridge(0);
    await mkdir(lto.path('away'));
    const options = ['--catalogue', 'away/c.sqlite', '--index', '-q', '--json'];
    const running = lto.start(['write', '-', ...options]);
    running.stdin.write(CHUNK);
    await delay(3000);
    await rm(lto.path('away'), { recursive: true });
    running.stdin.end();
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      catalogued: { archive: expect.any(String), failure: { code: 'LTO_CATALOGUE' } },
      indexed: { fileNumber: 2 },
    });
    const event = JSON.parse(stderr);
    expect(event).toMatchObject({
      event: 'warning',
      message: expect.stringContaining('not recorded in the catalogue'),
    });
  });

  it('is what a catalogue could not find again on a cartridge without a label', async () => {
    await lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']);
    await mkdir(lto.path('folder'));
    const { code, stdout, stderr } = await lto.run(['write', 'folder', '-q', '--json', '--index', ...CATALOGUE]);
    const failure = { code: 'LTO_LABEL' };
    expect([code, JSON.parse(stdout.toString())]).toMatchObject([0, { catalogued: { failure }, indexed: { failure } }]);
    expect(stderr).toContain('no cartridge label');
    expect(await archives()).toEqual([]);
    expect((await lto.run(['scan'])).stdout.toString()).not.toContain('index');
  });

  it('is what takes the place of the label', async () => {
    await cartridge(1);
    const loss = ['--overwrite', '0', '--yes-overwrite', 'OLD001L8'];
    const document = await lto.document(['write', 'folder', ...loss, ...CATALOGUE]);
    expect(document).toMatchObject({ fileNumber: 0, catalogued: { failure: { code: 'LTO_LABEL' } } });
    expect(await states()).toEqual(['1 lost']);
  });
});
