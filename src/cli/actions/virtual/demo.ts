import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVirtualDrive } from '../../../virtual/index.js';
import { runDemo } from '../../demo/run.js';
import { parseSize } from '../../input/numbers.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';

interface DemoOptions extends DeviceOptions {
  readonly size: string;
  readonly folder?: string;
  readonly keep?: boolean;
}

export async function demo(options: DemoOptions) {
  const { device, keep = false } = options;
  const folder = await realpath(options.folder ?? defaultFolder());
  const size = parseSize(options.size);
  const work = await mkdtemp(join(tmpdir(), 'lto-demo-'));
  try {
    const used = device ?? (await makeDrive(join(work, 'drive')));
    const report = await withDrive({ device: used }, (drive) => {
      return runDemo(drive, { folder, size, extracted: join(work, 'extracted') });
    });
    const kept = keep ? work : undefined;
    return {
      document: { device: used, ...report.document, kept },
      text: kept ? `${report.text}\n\nkept: ${kept}` : report.text,
    };
  } finally {
    if (!keep) await rm(work, { recursive: true, force: true });
  }
}

async function makeDrive(folder: string): Promise<string> {
  await createVirtualDrive(folder, { generation: 8, cartridge: { barcode: 'DEMO01L8' } });
  return `virtual:${folder}`;
}

/** A folder of some size that nobody changes during the demo: the TypeScript compiler's, or else our own. */
function defaultFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  } catch {
    return dirname(fileURLToPath(import.meta.url));
  }
}
