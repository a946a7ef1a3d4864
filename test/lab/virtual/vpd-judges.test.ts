import { beforeAll, expect, it } from 'vitest';
import { inquiry } from '../../../src/scsi/commands/primary.js';
import { decodeDeviceIdentification, designatorText } from '../../../src/scsi/vpd/designators.js';
import {
  decodeExtendedInquiry,
  decodeProtectionMethods,
  decodeSequentialCapabilities,
  decodeSerialNumber,
  decodeSupportedPages,
  decodeSupportedTapeAlerts,
  encodeProtectionMethods,
  type ProtectionMethod,
  VPD_PAGES,
} from '../../../src/scsi/vpd/pages.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { command, shell } from '../command.js';
import { answerTo, byPattern, DEVICE, type Facts, judgePages, type PageJudge, text } from './page-judge.js';

// What sg_vpd reads from each page of vital product data is what our own decoders read.

let queryNode = '';

beforeAll(async () => {
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  await shell(`sg_turs ${queryNode} || sg_turs ${queryNode}`);
});

type Page = keyof typeof VPD_PAGES;

/** Where the first byte after the header stands. */
const PAYLOAD = 4;
const bit = (value: boolean) => (value ? '1' : '0');
const indexOf = (bytes: Uint8Array, wanted: string) => Buffer.from(bytes).indexOf(wanted, 'latin1');

/** How sg_vpd abbreviates the pages; the names of B5h come from disks, as it lists codes without their device type. */
const ABBREVIATIONS: Readonly<Record<string, Page>> = {
  sv: 'supportedPages',
  sn: 'unitSerialNumber',
  di: 'deviceIdentification',
  ei: 'extendedInquiry',
  sad: 'sequentialCapabilities',
  mas: 'manufacturerSerialNumber',
  tas: 'tapeAlertFlags',
  adsn: 'automationSerialNumber',
  bdce: 'logicalBlockProtection',
};

function judge(page: Page, rest: Pick<PageJudge, 'ours' | 'theirs' | 'changed'> & Partial<PageJudge>): PageJudge {
  return {
    name: `sg_vpd of ${page}`,
    tool: 'sg_vpd',
    arguments: [`--page=0x${VPD_PAGES[page].toString(16)}`],
    fromFile: (file) => [`--inhex=${file}`],
    command: inquiry({ vpdPage: VPD_PAGES[page] }),
    ...rest,
  };
}

function serialNumber(page: Parameters<typeof decodeSerialNumber>[1] & Page, pattern: RegExp): PageJudge {
  return judge(page, {
    ours: (bytes) => ({ serial: decodeSerialNumber(bytes, page) }),
    theirs: byPattern({ serial: pattern }),
    changed: () => [PAYLOAD + 2],
  });
}

/** The text of the only designator of a type. */
function designator(bytes: Uint8Array, wanted: string): string {
  const found = decodeDeviceIdentification(bytes).filter(({ type }) => type === wanted);
  expect(found).toHaveLength(1);
  expect(found[0]?.association).toBe('logicalUnit');
  return found.map(designatorText).join();
}

const factsOfMethods = (methods: readonly ProtectionMethod[]) => {
  const facts = methods.map(({ method, informationLength, onWrite, onRead, recoverBufferedData }, i) => {
    return [`method ${i}`, `${method}, ${informationLength} bytes: ${[onWrite, onRead, recoverBufferedData].map(bit)}`];
  });
  return { count: text(methods.length), ...Object.fromEntries(facts) };
};

const PROTECTION = {
  ours: (bytes: Uint8Array): Facts => factsOfMethods(decodeProtectionMethods(bytes)),
  theirs: (said: string): Facts => {
    const methods = [...said.matchAll(/method: (\d+), info_len: (\d+), LBP_W_C=(\d), LBP_R_C=(\d), RBDP_C=(\d)/g)];
    const facts = methods.map(([, method, length, ...flags], i) => [
      `method ${i}`,
      `${method}, ${length} bytes: ${flags}`,
    ]);
    return { count: text(methods.length), ...Object.fromEntries(facts) };
  },
};

/** The drive has no method: a page with one for each set of flags is judged in its place. */
const PROTECTION_JUDGES: readonly PageJudge[] = [
  judge('logicalBlockProtection', {
    ...PROTECTION,
    name: 'sg_vpd of logicalBlockProtection with methods',
    bytes: encodeProtectionMethods(
      Array.from({ length: 8 }, (_, i) => ({
        method: i + 1,
        informationLength: 4 + i,
        onWrite: (i & 4) !== 0,
        onRead: (i & 2) !== 0,
        recoverBufferedData: (i & 1) !== 0,
      })),
    ),
    // The number of each method; of the descriptors' eight bytes it is the second.
    changed: () => Array.from({ length: 8 }, (_, i) => PAYLOAD + 4 + i * 8 + 1),
  }),
];

const JUDGES: readonly PageJudge[] = [
  judge('supportedPages', {
    ours: (bytes) => ({ pages: decodeSupportedPages(bytes).join() }),
    theirs: (said) => {
      const names = [...said.matchAll(/\[(\w+)\]$/gm)].map(([, name = '']) => ABBREVIATIONS[name]);
      return { pages: names.map((page) => page && VPD_PAGES[page]).join() };
    },
    // B1h becomes B0h.
    changed: (bytes) => [bytes.indexOf(VPD_PAGES.manufacturerSerialNumber)],
  }),
  serialNumber('unitSerialNumber', /Unit serial number: (.*)/),
  judge('deviceIdentification', {
    ours: (bytes) => {
      const vendor = designator(bytes, 't10Vendor');
      return { vendor: text(vendor.slice(0, 8)), specific: text(vendor.slice(8)), naa: designator(bytes, 'naa') };
    },
    theirs: byPattern({
      vendor:
        /Addressed logical unit:\n +designator type: T10 vendor identification, +code set: ASCII\n +vendor id: (.*)/,
      specific: /vendor specific: (.*)/,
      naa: /designator type: NAA, +code set: Binary\n +0x([0-9a-f]+)/,
    }),
    changed: (bytes) => [indexOf(bytes, 'NODE'), indexOf(bytes, 'VIRTUAL'), bytes.length - 1],
  }),
  judge('extendedInquiry', {
    ours: (bytes) => {
      const page = decodeExtendedInquiry(bytes);
      return {
        activateMicrocode: text(page.activateMicrocode),
        guard: bit(page.guardCheck),
        reference: bit(page.referenceTagCheck),
        headOfQueue: bit(page.headOfQueue),
        ordered: bit(page.ordered),
        simple: bit(page.simple),
        minutes: text(page.extendedSelfTestTime),
        sense: text(page.maximumSenseLength),
      };
    },
    theirs: byPattern({
      activateMicrocode: /ACTIVATE_MICROCODE=(\d)/,
      guard: /GRD_CHK=(\d)/,
      reference: /REF_CHK=(\d)/,
      headOfQueue: /HEADSUP=(\d)/,
      ordered: /ORDSUP=(\d)/,
      simple: /SIMPSUP=(\d)/,
      minutes: /Extended self-test completion minutes=(\d+)/,
      sense: /Maximum supported sense data length=(\d+)/,
    }),
    changed: () => [0, 1, 7, 9].map((byte) => PAYLOAD + byte),
  }),
  // Not TSMC, which is zero: sg_vpd 1.63 does not show it, and 1.96 (sg3-utils 1.48) shows the page's bytes alone.
  judge('sequentialCapabilities', {
    ours: (bytes) => ({ worm: bit(decodeSequentialCapabilities(bytes).worm) }),
    theirs: byPattern({ worm: /WORM=(\d)/ }),
    changed: () => [PAYLOAD],
  }),
  serialNumber('manufacturerSerialNumber', /Manufacturer-assigned serial number: (.*)/),
  judge('tapeAlertFlags', {
    ours: (bytes) => {
      const supported = new Set(decodeSupportedTapeAlerts(bytes));
      return Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`flag ${i + 1}`, bit(supported.has(i + 1))]));
    },
    theirs: (said): Facts => {
      const flags = [...said.matchAll(/([0-9A-F]{2})h: (\d)/g)];
      return Object.fromEntries(flags.map(([, flag = '', value]) => [`flag ${Number.parseInt(flag, 16)}`, value]));
    },
    changed: () => Array.from({ length: 8 }, (_, byte) => PAYLOAD + byte),
  }),
  serialNumber('automationSerialNumber', /Automation device serial number: (.*)/),
];

judgePages([...JUDGES, ...PROTECTION_JUDGES], () => queryNode);

it('sg_vpd reads from the drive the methods of logical block protection that we do: both', async () => {
  const page = VPD_PAGES.logicalBlockProtection;
  const ours = PROTECTION.ours(await answerTo(inquiry({ vpdPage: page })));
  const said = await command('sg_vpd', `--page=${page}`, queryNode);
  expect(said).toMatch(/^Logical block protection VPD page/);
  expect(PROTECTION.theirs(said)).toEqual(ours);
  expect(ours).toMatchObject({ count: '2' });
});

it('no page that the drive lists is left without a judge', async () => {
  const listed = decodeSupportedPages(await answerTo(inquiry({ vpdPage: VPD_PAGES.supportedPages })));
  const judged = [...JUDGES, ...PROTECTION_JUDGES].map(({ command: { cdb } }) => cdb[2]);
  expect([...judged].sort()).toEqual([...listed].sort());
});
