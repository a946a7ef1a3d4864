import { describe, expect, it } from 'vitest';
import * as scsi from '../../src/scsi/index.js';
import { FIXTURE_COMMANDS, fixtureDumps, fixtureLines } from '../support/fixtures.js';

// That every answer which was captured is read. What it says is compared with the tools' words beside each codec.

type Decode = (bytes: Uint8Array) => unknown;

const logValues: Decode = (bytes) => {
  const page = scsi.decodeLogPage(bytes);
  const table = scsi.logTable(page.page);
  if (table === undefined) throw new Error(`no table for log page ${page.page}`);
  return scsi.decodeLogValues(table, page);
};
const inq = (page: string) => `sg_inq -p 0x${page} -H /dev/sg1`;
const logs = (page: string) => `sg_logs -p 0x${page} -H /dev/sg1`;
const raw = (room: number, cdb: string) => `sg_raw -r ${room} /dev/sg1 ${cdb}`;
const spin = (protocol: string, page: string) => raw(1024, `a2 ${protocol} 00 ${page} 00 00 00 00 04 00 00 00`);

const READ: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['sg_inq -H /dev/sg1', scsi.decodeInquiry],
  [inq('00'), scsi.decodeSupportedPages],
  [inq('80'), scsi.decodeSerialNumber],
  [inq('83'), scsi.decodeDeviceIdentification],
  [inq('86'), scsi.decodeExtendedInquiry],
  [inq('b0'), scsi.decodeSequentialCapabilities],
  [inq('b1'), (bytes) => scsi.decodeSerialNumber(bytes, 'manufacturerSerialNumber')],
  [inq('b2'), scsi.decodeSupportedTapeAlerts],
  [inq('b5'), scsi.decodeProtectionMethods],
  ['sg_read_attr --raw | xxd', scsi.decodeAttributeValues],
  [logs('00'), scsi.decodeSupportedLogPages],
  ...['0c', '0d', '11', '17', '30', '31', '32'].map((page) => [logs(page), logValues] as const),
  [logs('2e'), (bytes) => scsi.decodeTapeAlert(scsi.decodeLogPage(bytes))],
  [spin('00', '00'), scsi.decodeSecurityProtocols],
  [spin('20', '00'), (bytes) => scsi.decodeSecurityPageList(bytes, 0)],
  [spin('20', '01'), (bytes) => scsi.decodeSecurityPageList(bytes, 1)],
  [spin('20', '10'), scsi.decodeEncryptionCapabilities],
  [spin('20', '11'), scsi.decodeKeyFormats],
  [spin('20', '12'), scsi.decodeManagementCapabilities],
  [spin('20', '20'), scsi.decodeDataEncryptionStatus],
  [spin('20', '21'), scsi.decodeNextBlockStatus],
  [raw(1024, '44 00 00 00 00 00 00 04 00 00'), scsi.decodeDensitySupport],
  [raw(1024, '44 01 00 00 00 00 00 04 00 00'), scsi.decodeDensitySupport],
  [raw(6, '05 00 00 00 00 00'), scsi.decodeBlockLimits],
  [raw(20, '34 00 00 00 00 00 00 00 00 00'), scsi.decodeShortPosition],
  [raw(32, '34 06 00 00 00 00 00 00 00 00'), scsi.decodeLongPosition],
  ['sg_modes -a /dev/sg1', scsi.splitModePages],
]);

/** A header without its pages, which are in `sg_modes -a`; the codec of the whole is shown with both. */
const PART = 'sg_modes -aHH /dev/sg1';
/** Pages of IBM's own, whose content nobody documents. */
const VENDOR = [inq('c0'), inq('c1')];

/** Parts of pages that are captured whole as well; their words are compared beside the codecs. */
const WORDS = ['sg_logs -a /dev/sg1', 'sg_read_attr /dev/sg1'];

describe('the captured answers', () => {
  const dumped = FIXTURE_COMMANDS.filter((command) => fixtureDumps(command).length > 0);

  it('are all read', () => {
    expect(dumped.toSorted()).toEqual([...READ.keys(), ...VENDOR, ...WORDS, PART].toSorted());
  });

  it.each([...READ])('%s', (command, decode) => {
    for (const bytes of fixtureDumps(command)) expect(decode(bytes)).toBeDefined();
  });

  it('are refusals in the words of our table otherwise', () => {
    const told = FIXTURE_COMMANDS.flatMap(fixtureLines).flatMap(
      (line) => /^Additional sense: (.*)$/.exec(line)?.[1] ?? [],
    );
    const ours = [0x20, 0x24].map((asc) => scsi.additionalSenseText(5, asc, 0)?.toLowerCase());
    expect(new Set(told.map((text) => text.toLowerCase()))).toEqual(new Set(ours));
  });
});
