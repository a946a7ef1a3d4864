import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVirtualDrive } from '../../../virtual/index.js';
import { runDemo } from '../../demo/run.js';
import { parseSize } from '../../input/numbers.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';

interface DemoOptions extends DeviceOptions {
  readonly size: string;
  readonly folder?: string;
  readonly keep?: boolean;
}

const PACKAGE = fileURLToPath(new URL('../../../../', import.meta.url));

export async function demo(options: DemoOptions): Promise<CommandResult> {
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

/** A real folder of some size that does not change: in a clone the compiler's, otherwise this package's. */
function defaultFolder(): string {
  const compiler = join(PACKAGE, 'node_modules', 'typescript');
  return existsSync(compiler) ? compiler : join(PACKAGE, 'lib');
}
