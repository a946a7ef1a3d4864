import { readLogValues } from '../../device/log-pages.js';
import { readPosition } from '../../scsi/commands/position.js';
import { decodeLongPosition, decodeShortPosition } from '../../scsi/commands/read-position.js';
import { VOLUME_STATISTICS } from '../../scsi/log/statistics.js';
import type { LogValues } from '../../scsi/log/values.js';
import type { MamValues } from '../../scsi/mam/values.js';
import type { DrivePort } from '../../tape/port/drive-port.js';
import { type Capacity, partitionCapacity, readCapacity } from '../../tape/reports/capacity.js';
import type { CartridgeWear } from '../../tape/reports/health/facts.js';
import { type Health, readHealth } from '../../tape/reports/health/health.js';
import { type DriveIdentity, readIdentity } from '../../tape/reports/identity.js';
import { readMemoryAndFormat } from '../../tape/reports/medium-format.js';
import { readReadiness } from '../../tape/reports/readiness.js';
import type { LiveInfo } from '../monitor/live-info.js';
import type { Freshness, MamInfo } from '../monitor/mam-info.js';
import { statusOf } from '../monitor/online-status.js';
import type { TapePlace, Told } from './observation.js';

type Tape = MamInfo & Freshness;
type Statistics = LogValues<typeof VOLUME_STATISTICS>;

/** It cannot change while the node is open. */
const drives = new WeakMap<DrivePort, DriveIdentity>();

const HAS_CARTRIDGE: ReadonlySet<LiveInfo['state']> = new Set(['ready', 'not-ready']);

/** Asks for all that can be shown, by queries that move nothing. `before`: what was told last, of the same drive. */
export async function readObserved(port: DrivePort, before: Told | undefined): Promise<Told> {
  const status = statusOf(await readReadiness(port));
  const { vendor, product, revision, serialNumber } = await identityOfDrive(port);
  const health = await readHealth(port);
  const hasCartridge = HAS_CARTRIDGE.has(status.state);
  const tape = hasCartridge ? await readTape(port, status.online, health, before?.live.tape) : undefined;
  const drive = { vendor, model: product, firmware: revision, serial: serialNumber };
  const { identity } = tape ?? {};
  const facts = { at: new Date(), drive, tape, identity, needsRegistration: false, job: undefined };
  return { live: { ...status, ...facts }, health, place: status.online ? await readPlace(port) : undefined };
}

async function identityOfDrive(port: DrivePort): Promise<DriveIdentity> {
  const known = drives.get(port) ?? (await readIdentity(port));
  drives.set(port, known);
  return known;
}

/** Log page 17h tells most of it in the middle of a job, when the cartridge memory is not asked for. */
async function readTape(
  port: DrivePort,
  isLoaded: boolean,
  { alerts, cartridge }: Health,
  before?: Tape,
): Promise<Tape> {
  const page = await readLogValues(port, VOLUME_STATISTICS);
  const statistics = page?.pageValid ? page : undefined;
  const { memory, verdict } = await readMemoryAndFormat(port, isLoaded);
  const capacity = isLoaded ? await readCapacity(port).catch(() => undefined) : undefined;
  const known = memory ?? kept(before, statistics);
  const values = { ...names(statistics), ...known?.values, ...figures(capacity), ...loads(cartridge) };
  const identity = identityOf(values);
  return {
    available: known !== undefined,
    values,
    attributes: known?.attributes ?? [],
    alerts: alerts?.flags,
    generation: verdict?.guess ? undefined : (verdict?.format ?? before?.generation),
    barcode: values.barcode,
    mediumSerial: values.serialNumber,
    identity,
    readAt: new Date(),
    ageMs: 0,
    stale: memory === undefined && known !== undefined ? 'the cartridge memory was read before the job' : undefined,
  };
}

/** What the memory of this very cartridge told before. */
function kept(before: Tape | undefined, statistics: Statistics | undefined): Tape | undefined {
  const serial = statistics?.serialNumber;
  return before?.available && serial !== undefined && serial === before.mediumSerial ? before : undefined;
}

function names({ serialNumber, barcode }: Partial<Statistics> = {}): Partial<MamValues> {
  return { ...(serialNumber && { serialNumber }), ...(barcode && { barcode }) };
}

function figures(capacity: Capacity | undefined): Partial<MamValues> {
  const { maximum, remaining } = capacity ? partitionCapacity(capacity, 0) : {};
  return {
    ...(maximum && { maximumCapacity: maximum.bytes }),
    ...(remaining && { remainingCapacity: remaining.bytes }),
  };
}

function loads({ loads: loadCount, bytesWritten, bytesRead }: Partial<CartridgeWear> = {}): Partial<MamValues> {
  return {
    ...(loadCount !== undefined && { loadCount }),
    ...(bytesWritten !== undefined && { lifetimeWritten: bytesWritten }),
    ...(bytesRead !== undefined && { lifetimeRead: bytesRead }),
  };
}

function identityOf({ barcode, serialNumber }: MamValues): Tape['identity'] {
  if (barcode !== undefined) return { value: barcode, source: 'barcode' };
  return serialNumber === undefined ? undefined : { value: serialNumber, source: 'medium serial number' };
}

async function readPlace(port: DrivePort): Promise<TapePlace> {
  const { bytesInBuffer } = (await port.told(readPosition('short'), decodeShortPosition)) ?? {};
  const { partition, logicalObject, logicalFile } = (await port.told(readPosition('long'), decodeLongPosition)) ?? {};
  return { partition, fileNumber: logicalFile, logicalObject, bufferedBytes: bytesInBuffer };
}
