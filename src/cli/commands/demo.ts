import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { createVirtualDrive } from '../../virtual/index.js';
import { type Answer, answering } from '../answer.js';
import { runDemo } from '../demo/run.js';
import { type DeviceOptions, driveCommand, withDrive } from '../device.js';
import { parseSize } from '../units.js';

interface DemoOptions extends DeviceOptions {
  readonly size: string;
  readonly folder?: string;
  readonly keep?: boolean;
}

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));

export function addDemo(program: Command): void {
  driveCommand(program, 'demo', 'label a blank cartridge, write a folder and a large file, read all back and compare')
    .option('--size <size>', 'size of the generated file', '1GiB')
    .option(
      '--folder <folder>',
      'folder to write (default: the TypeScript compiler of a clone, or the compiled package)',
    )
    .option('--keep', 'leave the temporary folder, with the virtual cartridge')
    .addHelpText('after', '\nWithout --device, a virtual LTO-8 drive in a temporary folder is used.')
    .action(answering(demo));
}

async function demo(options: DemoOptions): Promise<Answer> {
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

/** A real folder of some size that nobody changes meanwhile: in a clone the compiler's, otherwise our own. */
function defaultFolder(): string {
  const compiler = join(PACKAGE, 'node_modules', 'typescript');
  return existsSync(compiler) ? compiler : join(PACKAGE, 'lib');
}
