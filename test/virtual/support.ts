import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { senseCodes } from '../../src/errors/sense-codes.js';
import { readPosition } from '../../src/scsi/commands/position.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { decodeLongPosition } from '../../src/scsi/commands/read-position.js';
import { decodeSense } from '../../src/scsi/sense/sense.js';
import type { ScsiCommand } from '../../src/scsi/wire/command.js';
import { createVirtualDrive, type Execution, VirtualDrive, type VirtualDriveOptions } from '../../src/virtual/index.js';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The folder of a new drive. */
export async function newDriveFolder(options?: VirtualDriveOptions): Promise<string> {
  const folder = join(await temporaryFolder(), 'drive');
  await createVirtualDrive(folder, options);
  return folder;
}

/** A new drive that has told of its power on. */
export async function newDrive(options?: VirtualDriveOptions): Promise<VirtualDrive> {
  const drive = await openDrive(await newDriveFolder(options));
  await send(drive, testUnitReady());
  return drive;
}

/** Opens a drive, and closes it after the test. */
export async function openDrive(folder: string): Promise<VirtualDrive> {
  const drive = await VirtualDrive.open(folder);
  onTestFinished(() => drive.close());
  return drive;
}

export function send(drive: VirtualDrive, command: ScsiCommand): Promise<Execution> {
  const { cdb, dataOut, allocationLength } = command;
  return drive.execute(cdb, { dataOut, allocationLength });
}

/** `good`, or the sense of a CHECK CONDITION in the form `8/00/05`, with the flags that are set and the residual. */
export async function outcome(answer: Execution | Promise<Execution>): Promise<string> {
  const { sense: bytes, status } = await answer;
  const sense = decodeSense(bytes);
  if (sense === undefined) return status === 0 ? 'good' : `status ${status}`;
  const flags = [sense.filemark && 'FM', sense.endOfMedium && 'EOM', sense.incorrectLength && 'ILI'].filter(Boolean);
  const information = sense.information === undefined ? [] : [`residual ${sense.information}`];
  return [senseCodes(sense), ...flags, ...information].join(' ');
}

/** Logical object and file number. */
export async function where(drive: VirtualDrive): Promise<[object: number, file: number]> {
  const { logicalObject, logicalFile } = decodeLongPosition((await send(drive, readPosition('long'))).dataIn);
  return [Number(logicalObject), Number(logicalFile)];
}

/** Bytes that differ from record to record and from place to place. */
export function pattern(length: number, seed: number): Uint8Array {
  const data = Buffer.alloc(length);
  for (let at = 0; at < length; at++) data[at] = (at * 31 + seed * 97 + (at >> 8)) & 0xff;
  return data;
}
