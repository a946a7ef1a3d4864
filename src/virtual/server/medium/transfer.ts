import {
  decodeCdb,
  ERASE_6,
  isIntact,
  PROTECTION_BYTES,
  type ProtectionName,
  protectionInformation,
  READ_6,
  WRITE_6,
  WRITE_FILEMARKS_6,
} from '../../../scsi/index.js';
import { MAX_RECORD_BYTES, spanOf, WORD_BYTES } from '../../cartridge/tap-format.js';
import type { Drive } from '../../drive/drive.js';
import { protectionInUse } from '../../drive/drive-protection.js';
import { CheckCondition, invalidFieldInCdb, residual, sense } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';
import { blockAhead, onMedium, unreadableHere } from './blocks.js';
import { type Block, recordingFor, requireKeyInstance } from './encrypted-blocks.js';

/** Most bytes of one transfer in fixed blocks: more than any host adapter carries, but a bounded amount of memory. */
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
  { into, nexus, mediumFlipped }: Request,
): Promise<Uint8Array> {
  if (wanted > MAX_RECORD_BYTES) throw invalidFieldInCdb(2);
  if (wanted === 0) return new Uint8Array(0);
  const block = await blockAhead(drive, nexus, wanted);
  if (mediumFlipped) throw unreadableHere(drive, nexus, residual(wanted));
  const protection = protectionInUse(drive.protectionOf(nexus), 'read');
  const length = block.length + extraOf(protection);
  const data = room(into, Math.min(length, wanted));
  await readBlock(drive, block, data, protection);
  // SSC-5 READ(6), SILI: a short block is not an error then; a long one is an error unless the mode's block length is
  // zero.
  const silent = suppress && (length < wanted || drive.memory.blockLength === 0);
  if (length === wanted || silent) return data;
  throw new CheckCondition({ key: 0, incorrectLength: true, ...residual(wanted - length) }, data);
}

async function readFixed(drive: Drive, blocks: number, request: Request): Promise<Uint8Array> {
  const { into, nexus, mediumFlipped } = request;
  const { blockLength } = drive.memory;
  const protection = protectionInUse(drive.protectionOf(nexus), 'read');
  const stride = blockLength + extraOf(protection);
  if (blocks * stride > MAX_TRANSFER_BYTES) throw invalidFieldInCdb(2);
  const data = room(into, blocks * stride);
  for (let block = 0; block < blocks; block++) {
    const done = data.subarray(0, block * stride);
    const ahead = await blockAhead(drive, nexus, blocks - block, done);
    if (mediumFlipped && block === 0) throw unreadableHere(drive, nexus, residual(blocks), done);
    if (ahead.length !== blockLength) {
      drive.advance(1);
      throw new CheckCondition({ key: 0, incorrectLength: true, ...residual(blocks - block) }, done);
    }
    await readBlock(drive, ahead, data.subarray(block * stride, (block + 1) * stride), protection);
  }
  return data;
}

/** Reads as much of a block, and then of its protection information, as there is room for. */
async function readBlock(
  drive: Drive,
  { fill, length }: Block,
  data: Uint8Array,
  protection: ProtectionName | undefined,
): Promise<void> {
  const own = data.subarray(0, length);
  await onMedium('3/11/00', () => fill(own));
  const left = data.length - own.length;
  if (protection && left > 0) data.set(protectionInformation(protection, own).subarray(0, left), length);
  drive.countRead(own.length);
  drive.advance(1);
}

/** Bytes that protection adds to a block: SSC-5 counts them as part of the transfer and of the block length. */
function extraOf(protection: ProtectionName | undefined): number {
  return protection === undefined ? 0 : PROTECTION_BYTES;
}

function room(into: Uint8Array | undefined, bytes: number): Uint8Array {
  return into === undefined || into.length < bytes ? Buffer.allocUnsafeSlow(bytes) : into.subarray(0, bytes);
}

/** WRITE(6) */
export async function write(drive: Drive, { cdb, dataOut, nexus }: Request): Promise<undefined> {
  const protection = protectionInUse(drive.protectionOf(nexus), 'write');
  const { fixed, blocks, length } = transferOf(drive, cdb, extraOf(protection));
  const stride = length + extraOf(protection);
  requireKeyInstance(drive, nexus);
  // The initiator sent less than its CDB announces: partial records are refused.
  if (dataOut.length < blocks * stride) throw invalidFieldInCdb(2);
  if (blocks === 0) return;
  drive.requireWritable();
  const encode = recordingFor(drive, nexus);
  const fitting = Math.min(blocks, recordsThatFit(drive, length + encode.overhead));
  const records: Uint8Array[] = [];
  for (let block = 0; block < fitting; block += 1) {
    const sent = dataOut.subarray(block * stride, (block + 1) * stride);
    if (protection && !isIntact(protection, sent)) break;
    records.push(encode.record(sent.subarray(0, length)));
  }
  const taken = records.length;
  const before = drive.position.object;
  if (taken > 0) await writeRecords(drive, records, taken * length);
  if (!drive.memory.buffered) await synchronize(drive);
  if (taken < fitting) throw new CheckCondition(sense('4/10/01', residual(fixed ? blocks - taken : stride)));
  if (fitting < blocks) {
    const left = fixed ? blocks - fitting : stride;
    drive.metEndAt = drive.position;
    throw new CheckCondition(sense('d/00/02', { endOfMedium: true, ...residual(left) }));
  }
  reportEarlyWarning(drive, before);
}

/** Number and length of the blocks of a WRITE(6); each is sent with `extra` further bytes. */
function transferOf(drive: Drive, cdb: Uint8Array, extra: number) {
  const { fixed, transferLength } = decodeCdb(WRITE_6, cdb);
  const { blockLength } = drive.memory;
  if (fixed && blockLength === 0) throw invalidFieldInCdb(1);
  if (transferLength === 0) return { fixed, length: 0, blocks: 0 };
  const length = fixed ? blockLength : transferLength - extra;
  if (length > MAX_RECORD_BYTES || length <= 0) throw invalidFieldInCdb(2);
  return { fixed, length, blocks: fixed ? transferLength : 1 };
}

function recordsThatFit(drive: Drive, length: number): number {
  const free = drive.limits.records - drive.image.bytesBefore(drive.position.object);
  return Math.max(0, Math.floor(free / spanOf(length)));
}

async function writeRecords(drive: Drive, records: readonly Uint8Array[], bytes: number): Promise<void> {
  await recording(() => drive.image.writeRecords(drive.position.object, records));
  drive.countWritten(bytes);
  for (const _ of records) taken(drive, bytes / records.length);
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
    for (let mark = 0; mark < count; mark += 1) taken(drive, 0);
  }
  if (!immediate) await synchronize(drive);
  if (count > 0) reportEarlyWarning(drive, before);
}

/** An object is in the buffer, and the tape will stand after it. */
function taken(drive: Drive, bytes: number): void {
  drive.advance(1);
  drive.buffer.take(drive.position.object, bytes);
}

async function synchronize(drive: Drive): Promise<void> {
  await recording(() => drive.image.sync());
  drive.pace?.flush();
  drive.buffer.empty();
}

/** ERASE(6): short or long, all data after the position is gone. */
export async function erase(drive: Drive, { cdb }: Request): Promise<undefined> {
  decodeCdb(ERASE_6, cdb);
  drive.requireErasable();
  await recording(() => drive.image.truncate(drive.position.object));
}

function recording(action: () => Promise<void>): Promise<void> {
  return onMedium('3/0c/00', action);
}

/**
 * SSC-5 4.2.5: everything was written, and the end of the partition is near. Programmable early warning is reported
 * once, when a write enters its zone.
 */
function reportEarlyWarning(drive: Drive, before: number): void {
  if (drive.beyondEarlyWarning()) {
    throw new CheckCondition(sense('0/00/02', { endOfMedium: true, ...residual(0) }));
  }
  if (drive.beyondProgrammableEarlyWarning() && !drive.beyondProgrammableEarlyWarning(before)) {
    throw new CheckCondition(sense('0/00/07', { endOfMedium: true, ...residual(0) }));
  }
}
