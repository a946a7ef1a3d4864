import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

describe('the patches of docs/contributing.md', () => {
  let folder = '';
  const load = (module: string) => import(/* @vite-ignore */ join(folder, 'src', module));
  const codecs = (): Promise<typeof import('../../src/scsi/index.js')> => load('scsi/index.ts');

  beforeAll(async () => {
    // Within the package, so that its dependencies are found.
    await mkdir(join(PACKAGE, 'build'), { recursive: true });
    folder = await mkdtemp(join(PACKAGE, 'build', 'contributing-'));
    await cp(join(PACKAGE, 'src'), join(folder, 'src'), { recursive: true });
    const page = await readFile(join(PACKAGE, 'docs', 'contributing.md'), 'utf8');
    const patches = [...page.matchAll(/```diff\n(.*?)```/gs)].map(([, patch = '']) => patch);
    expect(patches).toHaveLength(4);
    await writeFile(join(folder, 'all.patch'), patches.join(''));
    execFileSync('patch', ['-p1', '--fuzz=0', '--silent', '-i', 'all.patch'], { cwd: folder });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('add an attribute', async () => {
    const { attributeValue, mamAttribute } = await codecs();
    const bytes = Buffer.from('BASEL'.padEnd(16));
    expect(mamAttribute(0x1500)).toMatchObject({ name: 'site code' });
    expect(attributeValue({ id: 0x1500, readOnly: false, format: 'ascii', bytes })).toBe('BASEL');
  });

  it('add a log page', async () => {
    const { decodeLogPage, describeLogPage, logPageName } = await codecs();
    const page = decodeLogPage(Uint8Array.of(0x0e, 0, 0, 8, 0, 4, 3, 4, 0, 0, 0, 7));
    expect(logPageName(page)).toBe('Start-stop cycle counter');
    expect(describeLogPage(page)).toMatchObject([{ name: 'Accumulated start-stop cycles', value: 7 }]);
  });

  it("add a vendor's sense code", async () => {
    const { vendorSenseText } = await codecs();
    expect(vendorSenseText('HPE', 4, 0x82, 0x84)).toBe('fan stopped');
    expect(vendorSenseText('IBM', 4, 0x82, 0x84)).toBeUndefined();
  });

  it('add a generation', async () => {
    const { driveGeneration, formatOfBarcodeSuffix, timeoutSeconds } = await codecs();
    expect(driveGeneration('ULT3580-TDB')).toBe(11);
    expect(formatOfBarcodeSuffix('LB')).toEqual({ format: 'LTO-11', worm: false });
    expect(timeoutSeconds('REWIND', 11)).toBe(600);
    const { parseConfiguration } = await load('provider/session/configuration.ts');
    expect(parseConfiguration({ devicePath: '/dev/nst0', generation: 'LTO-11' })).toMatchObject({
      generation: 'LTO-11',
    });
    const { speedFacts } = await load('virtual/drive/drive-speeds.ts');
    expect(speedFacts('lto11').bufferBytes).toBe(2 ** 31);
  });
});
