import { decodeCdb, ERASE_6, READ_6, WRITE_6, WRITE_FILEMARKS_6 } from '../../../scsi/index.js';
import { ENVELOPE_BYTES } from '../../cartridge/block-envelope.js';
import { MAX_RECORD_BYTES, spanOf, WORD_BYTES } from '../../cartridge/tap-format.js';
import type { Drive } from '../../drive/drive.js';
import { isHostFull } from '../../host/host-file.js';
import { CheckCondition, invalidFieldInCdb, residual, sense } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';
import type { Nexus } from '../../unit/nexus.js';
import {
  type Block,
  encryptedBlock,
  recorded,
  recordingFor,
  requireKeyInstance,
  requirePlainAllowed,
} from './encrypted-blocks.js';

/** Most bytes of one transfer in fixed blocks: far more than any host adapter carries, and little enough for memory. */
const MAX_TRANSFER_BYTES = 64 * 1024 * 1024;

/** READ(6) */
export async function read(drive: Drive, request: Request): Promise<Uint8Array> {
  const { fixed, suppressIncorrectLength, transferLength } = decodeCdb(READ_6, request.cdb);
  requireKeyInstance(drive, request.nexus);
  if (!fixed) return readVariable(drive, transferLength, suppressIncorrectLength, request);
  if (suppressIncorrectLength || drive.memory.blockLength === 0) throw invalidFieldInCdb(1);
  return readFixed(drive, transferLength, request);
}

async function readVariable(
  drive: Drive,
  wanted: number,
  suppress: boolean,
  { into, nexus }: Request,
): Promise<Uint8Array> {
  if (wanted > MAX_RECORD_BYTES) throw invalidFieldInCdb(2);
  if (wanted === 0) return new Uint8Array(0);
  const block = await blockAhead(drive, nexus, wanted);
  const { length } = block;
  const data = room(into, Math.min(length, wanted));
  await readBlock(drive, block, data);
  // SSC-5 READ(6), SILI: a short block is no error then; a long one only when the block length of the mode is zero.
  const silent = suppress && (length < wanted || drive.memory.blockLength === 0);
  if (length === wanted || silent) return data;
  throw new CheckCondition({ key: 0, incorrectLength: true, ...residual(wanted - length) }, data);
}

async function readFixed(drive: Drive, blocks: number, { into, nexus }: Request): Promise<Uint8Array> {
  const { blockLength } = drive.memory;
  if (blocks * blockLength > MAX_TRANSFER_BYTES) throw invalidFieldInCdb(2);
  const data = room(into, blocks * blockLength);
  for (let block = 0; block < blocks; block++) {
    const done = data.subarray(0, block * blockLength);
    const ahead = await blockAhead(drive, nexus, blocks - block, done);
    if (ahead.length !== blockLength) {
      drive.advance(1);
      throw new CheckCondition({ key: 0, incorrectLength: true, ...residual(blocks - block) }, done);
    }
    await readBlock(drive, ahead, data.subarray(block * blockLength, (block + 1) * blockLength));
  }
  return data;
}

/**
 * The block that comes next, as this nexus gets to see it. Throws CheckCondition, with `left` as residual, when there is
 * none, or none that it may see.
 */
async function blockAhead(drive: Drive, nexus: Nexus, left: number, done?: Uint8Array): Promise<Block> {
  const ahead = drive.image.object(drive.position.object);
  switch (ahead.kind) {
    case 'record':
      requirePlainAllowed(drive, nexus, left, done);
      return recorded(drive, ahead.length);
    case 'wrapped-record':
      requirePlainAllowed(drive, nexus, left, done);
      return recorded(drive, ahead.length - ENVELOPE_BYTES, ENVELOPE_BYTES);
    case 'encrypted-record':
      return encryptedBlock(drive, nexus, ahead.length, left, done);
    case 'filemark':
      drive.advance(1);
      throw new CheckCondition(sense('0/00/01', { filemark: true, ...residual(left) }), done);
    case 'bad-record':
      drive.advance(1);
      throw new CheckCondition(sense('3/11/00', residual(left)), done);
    case 'damage':
      throw new CheckCondition(sense('3/11/00', residual(left)), done);
    case 'end-of-data': {
      const endOfMedium = drive.beyondEarlyWarning();
      throw new CheckCondition(sense('8/00/05', { endOfMedium, ...residual(left) }), done);
    }
  }
}

async function readBlock(drive: Drive, { fill }: Block, data: Uint8Array): Promise<void> {
  await onMedium('3/11/00', () => fill(data));
  drive.countRead(data.length);
  drive.advance(1);
}

function room(into: Uint8Array | undefined, bytes: number): Uint8Array {
  return into === undefined || into.length < bytes ? Buffer.allocUnsafeSlow(bytes) : into.subarray(0, bytes);
}

/** WRITE(6) */
export async function write(drive: Drive, { cdb, dataOut, nexus }: Request): Promise<undefined> {
  const { fixed, blocks, length } = transferOf(drive, cdb);
  requireKeyInstance(drive, nexus);
  // The initiator has less than its CDB announces: a part of a record is none.
  if (dataOut.length < blocks * length) throw invalidFieldInCdb(2);
  if (blocks === 0) return;
  drive.requireWritable();
  const encode = recordingFor(drive, nexus);
  const fitting = Math.min(blocks, recordsThatFit(drive, length + encode.overhead));
  const records: Uint8Array[] = [];
  for (let block = 0; block < fitting; block += 1) {
    records.push(encode.record(dataOut.subarray(block * length, (block + 1) * length)));
  }
  const before = drive.position.object;
  if (fitting > 0) await writeRecords(drive, records, fitting * length);
  if (!drive.memory.buffered) await synchronize(drive);
  if (fitting < blocks) {
    const left = fixed ? blocks - fitting : length;
    drive.metEndAt = drive.position;
    throw new CheckCondition(sense('d/00/02', { endOfMedium: true, ...residual(left) }));
  }
  reportEarlyWarning(drive, before);
}

/** How many blocks of which length a WRITE(6) records. */
function transferOf(drive: Drive, cdb: Uint8Array) {
  const { fixed, transferLength } = decodeCdb(WRITE_6, cdb);
  const { blockLength } = drive.memory;
  if (fixed && blockLength === 0) throw invalidFieldInCdb(1);
  const length = fixed ? blockLength : transferLength;
  if (length > MAX_RECORD_BYTES) throw invalidFieldInCdb(2);
  return { fixed, length, blocks: fixed ? transferLength : Math.min(transferLength, 1) };
}

function recordsThatFit(drive: Drive, length: number): number {
  const free = drive.limits.records - drive.image.bytesBefore(drive.position.object);
  return Math.max(0, Math.floor(free / spanOf(length)));
}

async function writeRecords(drive: Drive, records: readonly Uint8Array[], bytes: number): Promise<void> {
  await recording(() => drive.image.writeRecords(drive.position.object, records));
  drive.countWritten(bytes);
  drive.advance(records.length);
}

/** WRITE FILEMARKS(6) */
export async function writeFilemarks(drive: Drive, { cdb, nexus }: Request): Promise<undefined> {
  const { setmark, immediate, count } = decodeCdb(WRITE_FILEMARKS_6, cdb);
  if (setmark) throw invalidFieldInCdb(1);
  requireKeyInstance(drive, nexus);
  const before = drive.position.object;
  if (count > 0) {
    drive.requireWritable();
    const end = drive.image.bytesBefore(drive.position.object) + count * WORD_BYTES;
    if (end > drive.limits.end) {
      throw new CheckCondition(sense('d/00/02', { endOfMedium: true, ...residual(count) }));
    }
    await recording(() => drive.image.writeFilemarks(drive.position.object, count));
    drive.advance(count);
  }
  if (!immediate) await synchronize(drive);
  if (count > 0) reportEarlyWarning(drive, before);
}

async function synchronize(drive: Drive): Promise<void> {
  await recording(() => drive.image.sync());
  drive.pace?.flush();
}

/** ERASE(6): short or long, nothing is left after the position. */
export async function erase(drive: Drive, { cdb }: Request): Promise<undefined> {
  decodeCdb(ERASE_6, cdb);
  drive.requireErasable();
  await recording(() => drive.image.truncate(drive.position.object));
}

/** A disk that is full or fails is the medium's fault. */
async function onMedium(codes: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    // A host disk without room is no fault of the medium.
    if (isHostFull(error)) throw error;
    throw new CheckCondition(sense(codes));
  }
}

function recording(action: () => Promise<void>): Promise<void> {
  return onMedium('3/0c/00', action);
}

/**
 * SSC-5 4.2.5: everything was written, and the end of the partition is near. Programmable early warning is told once,
 * when writing that began before its zone comes into it.
 */
function reportEarlyWarning(drive: Drive, before: number): void {
  if (drive.beyondEarlyWarning()) {
    throw new CheckCondition(sense('0/00/02', { endOfMedium: true, ...residual(0) }));
  }
  if (drive.beyondProgrammableEarlyWarning() && !drive.beyondProgrammableEarlyWarning(before)) {
    throw new CheckCondition(sense('0/00/07', { endOfMedium: true, ...residual(0) }));
  }
}
