import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extractArchive } from '../../archive/extract.js';
import { VerificationError } from '../../errors/index.js';
import { writeLabel } from '../../provider/label/label.js';
import type { MamValues } from '../../scsi/mam/values.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { note } from '../output/notes.js';
import { type Fact, facts } from '../output/table.js';
import { identityFacts } from '../output/text/identity.js';
import { formatBytes, formatDuration, formatRate } from '../output/units.js';
import { interruptible } from '../run/interrupt.js';
import { readTapeFile } from '../transfer/read-file.js';
import { openSource, type Source } from '../transfer/source.js';
import { writeSource } from '../transfer/write-source.js';
import { type Comparison, compareFolders } from './compare-folders.js';
import { GeneratedFile } from './generated.js';

export interface DemoPlan {
  /** Folder to write. */
  readonly folder: string;
  /** Bytes of the generated file. */
  readonly size: number;
  /** Folder to extract into. */
  readonly extracted: string;
}

const IDENTIFIER = 'DEMO01L8';

/** Labels the cartridge, writes and reads everything, and compares. Rejects with VerificationError on a difference. */
export async function runDemo(drive: TapeDrive, plan: DemoPlan) {
  const begun = performance.now();
  const identity = await drive.identity();
  note(`drive ${identity.vendor} ${identity.product}, serial number ${identity.serialNumber}`);
  await writeLabel(drive, IDENTIFIER);
  note(`labelled ${IDENTIFIER}`);
  const folder = await writeTimed(drive, `the folder ${plan.folder}`, await openSource([plan.folder]));
  const generated = new GeneratedFile(plan.size);
  const file = await writeTimed(drive, `${formatBytes(plan.size)} of generated data`, generated);
  await timed('read the generated data back', plan.size, () => compareGenerated(drive, file, generated.digest()));
  const compared = await timed('read the folder back', folder.bytes, () => compareExtracted(drive, folder, plan));
  note(`compared ${compared.entries} entries of the folder`);
  const memory = (await drive.mam())?.values;
  const seconds = (performance.now() - begun) / 1000;
  return {
    document: { identity, label: IDENTIFIER, files: [folder, file], compared, memory, seconds },
    text: facts([
      ...identityFacts(identity),
      ['label', IDENTIFIER],
      ['folder', `file ${folder.fileNumber}, ${compared.entries} entries, ${formatBytes(compared.bytes)}: identical`],
      ['generated data', `file ${file.fileNumber}, ${formatBytes(file.bytes)}: identical`],
      ...memoryFacts(memory),
      ['duration', formatDuration(seconds)],
    ]),
  };
}

async function timed<T>(what: string, size: number | ((result: T) => number), work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  const seconds = (performance.now() - begun) / 1000;
  const bytes = typeof size === 'number' ? size : size(result);
  note(`${what}: ${formatBytes(bytes)} in ${formatDuration(seconds)}, ${formatRate(bytes / seconds)}`);
  return result;
}

function writeTimed(drive: TapeDrive, what: string, source: Source): Promise<TapeReceipt> {
  const write = () => interruptible((interruption) => writeSource(drive, source, {}, interruption));
  return timed(`wrote ${what}`, ({ bytes }) => bytes, write);
}

/** Compares SHA-256 before writing and after reading, independently of the streams' checksum. */
async function compareGenerated(drive: TapeDrive, receipt: TapeReceipt, expected: string): Promise<void> {
  const { fileNumber, checksum } = receipt;
  const hash = createHash('sha256');
  const options = { fileNumber, expectedChecksum: checksum };
  await readTapeFile(drive, options, (source, signal) => pipeline(source, hash, { signal }));
  const found = hash.digest('hex');
  if (found === expected) return;
  throw new VerificationError(`the generated data came back with SHA-256 ${found}, not ${expected}`, {
    device: drive.device,
    operation: 'compare',
  });
}

async function compareExtracted(drive: TapeDrive, receipt: TapeReceipt, plan: DemoPlan): Promise<Comparison> {
  const { fileNumber, checksum } = receipt;
  await readTapeFile(drive, { fileNumber, expectedChecksum: checksum, reuseChunks: true }, (source, signal) => {
    return extractArchive(source, plan.extracted, { signal });
  });
  return compareFolders(plan.folder, join(plan.extracted, basename(plan.folder)));
}

function memoryFacts(memory: MamValues | undefined): Fact[] {
  const amount = (bytes: number | undefined) => (bytes === undefined ? undefined : formatBytes(bytes));
  return [
    ['cartridge', memory?.serialNumber],
    ['barcode', memory?.barcode],
    ['capacity', amount(memory?.maximumCapacity)],
    ['remaining', amount(memory?.remainingCapacity)],
    ['loads', memory?.loadCount],
    ['written in this load', amount(memory?.loadWritten)],
    ['read in this load', amount(memory?.loadRead)],
    ['written in its life', amount(memory?.lifetimeWritten)],
    ['last loaded in', memory?.lastLoadDrive && `${memory.lastLoadDrive.vendor} ${memory.lastLoadDrive.serial}`],
  ];
}
