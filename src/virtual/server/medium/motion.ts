import {
  decodeCdb,
  LOCATE_10,
  LOCATE_16,
  LOCATE_DESTINATION,
  REWIND,
  type SenseFields,
  SPACE_6,
  SPACE_16,
  SPACE_CODE,
} from '../../../scsi/index.js';
import type { TapImage } from '../../cartridge/tap-image.js';
import type { Drive } from '../../drive/drive.js';
import { CheckCondition, invalidFieldInCdb, residual, sense } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';

/** REWIND */
export function rewind(drive: Drive, { cdb }: Request): undefined {
  decodeCdb(REWIND, cdb);
  drive.moveTo(0);
}

/** SPACE(6) */
export function space(drive: Drive, { cdb }: Request): undefined {
  const { code, count } = decodeCdb(SPACE_6, cdb);
  spaceBy(drive, code, count);
}

/** SPACE(16) */
export function spaceLong(drive: Drive, { cdb }: Request): undefined {
  const { code, count } = decodeCdb(SPACE_16, cdb);
  spaceBy(drive, code, count);
}

function spaceBy(drive: Drive, code: number, count: number): void {
  if (code === SPACE_CODE.endOfData) toEndOfData(drive);
  else if (code === SPACE_CODE.objects) (count < 0 ? backOverRecords : overRecords)(drive, Math.abs(count));
  else if (code === SPACE_CODE.filemarks) (count < 0 ? backOverFilemarks : overFilemarks)(drive, Math.abs(count));
  else throw invalidFieldInCdb(1);
}

function overRecords(drive: Drive, count: number): void {
  const { image, position } = drive;
  const from = position.object;
  const filemark = image.objectOfFilemark(image.filemarksBefore(from));
  if (filemark !== undefined && filemark < from + count) {
    drive.moveTo(filemark + 1);
    throw new CheckCondition(sense('0/00/01', { filemark: true, ...residual(count - (filemark - from)) }));
  }
  if (from + count > image.objects) {
    drive.moveTo(image.objects);
    throw beyond(image, residual(count - (image.objects - from)));
  }
  drive.moveTo(from + count);
}

function backOverRecords(drive: Drive, count: number): void {
  const { image, position } = drive;
  const from = position.object;
  const filemark = image.objectOfFilemark(image.filemarksBefore(from) - 1);
  if (filemark !== undefined && filemark >= from - count) {
    drive.moveTo(filemark);
    throw new CheckCondition(sense('0/00/01', { filemark: true, ...residual(count - (from - filemark - 1)) }));
  }
  if (count > from) throw beginning(drive, count - from);
  drive.moveTo(from - count);
}

function overFilemarks(drive: Drive, count: number): void {
  if (count === 0) return;
  const { image, position } = drive;
  const before = image.filemarksBefore(position.object);
  const filemark = image.objectOfFilemark(before + count - 1);
  if (filemark === undefined) {
    drive.moveTo(image.objects);
    throw beyond(image, residual(count - (image.filemarks - before)));
  }
  drive.moveTo(filemark + 1);
}

function backOverFilemarks(drive: Drive, count: number): void {
  const { image, position } = drive;
  const before = image.filemarksBefore(position.object);
  const filemark = image.objectOfFilemark(before - count);
  if (filemark === undefined) throw beginning(drive, count - before);
  drive.moveTo(filemark);
}

function toEndOfData(drive: Drive): void {
  drive.moveTo(drive.image.objects);
  if (drive.image.damaged) throw new CheckCondition(sense('3/14/03'));
}

/** The condition after the last object. */
function beyond(image: TapImage, left: Partial<SenseFields> = {}): CheckCondition {
  return new CheckCondition(sense(image.damaged ? '3/11/00' : '8/00/05', left));
}

function beginning(drive: Drive, left: number): CheckCondition {
  drive.moveTo(0);
  return new CheckCondition(sense('0/00/04', { endOfMedium: true, ...residual(left) }));
}

/** LOCATE(10) */
export function locate(drive: Drive, { cdb }: Request): undefined {
  const { changePartition, partition, logicalObject } = decodeCdb(LOCATE_10, cdb);
  if (changePartition) toPartition(drive, partition, 8);
  toObject(drive, logicalObject);
}

/** LOCATE(16) */
export function locateLong(drive: Drive, { cdb }: Request): undefined {
  const { changePartition, partition, destinationType, identifier } = decodeCdb(LOCATE_16, cdb);
  if (changePartition) toPartition(drive, partition, 3);
  if (destinationType === LOCATE_DESTINATION.endOfData) toEndOfData(drive);
  else if (destinationType === LOCATE_DESTINATION.logicalObject) toObject(drive, identifier);
  else if (destinationType === LOCATE_DESTINATION.filemark) toFile(drive, identifier);
  else throw invalidFieldInCdb(1);
}

function toPartition(drive: Drive, partition: number, cdbByte: number): void {
  if (!drive.hasPartition(partition)) throw invalidFieldInCdb(cdbByte);
  if (partition !== drive.position.partition) drive.moveTo(0, partition);
}

function toObject(drive: Drive, object: number): void {
  const { image } = drive;
  drive.moveTo(Math.min(object, image.objects));
  if (object > image.objects) throw beyond(image);
}

/** The identifier of a logical file is the number of filemarks before it (SSC-5 4.2.8.4). */
function toFile(drive: Drive, file: number): void {
  const { image } = drive;
  const filemark = file === 0 ? -1 : image.objectOfFilemark(file - 1);
  drive.moveTo(filemark === undefined ? image.objects : filemark + 1);
  if (filemark === undefined) throw beyond(image);
}
