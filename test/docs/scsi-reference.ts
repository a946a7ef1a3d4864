import * as scsi from '../../src/scsi/index.js';
import { CHANGER_COMMANDS } from '../../src/virtual/library/commands.js';
import { COMMANDS } from '../../src/virtual/server/commands.js';
import { table } from './table.js';

// docs/scsi.md, made from the tables that the library works with.

interface ModePage {
  readonly page: number;
  readonly subpage: number;
  readonly name: string;
  readonly length: number;
  readonly fields: scsi.Fields;
}

const INTRODUCTION = `# SCSI support

Made from the tables of \`src/scsi\` by \`npx vitest run test/docs -u\`; a test fails when it is stale. Numbers are
hexadecimal where they are codes, and decimal otherwise.

## Using the codecs

\`node-lto/scsi\` has them all: builders of commands, decoders and encoders of what goes over the wire, and the tables below. They
do no I/O. With \`drive.scsi()\` and \`drive.logPage()\` they reach what \`TapeDrive\` has no method for
([raw-commands.md](raw-commands.md)); with a program's own transport, they need no drive of this library at all.

\`\`\`ts
import { decodeDiagnosticData, decodeSequentialCapabilities, inquiry, VPD_PAGES } from 'node-lto/scsi';

const { data } = await drive.scsi(inquiry({ vpdPage: VPD_PAGES.sequentialCapabilities }));
console.log(decodeSequentialCapabilities(data));
const page = await drive.logPage(0x16);
if (page) console.log(decodeDiagnosticData(page));
\`\`\`

A decoder throws \`MalformedResponseError\` for what is not what it decodes, and nothing else; an encoder throws
\`InvalidArgumentError\` for a value that does not fit. A page of counters with its own meaning is one table:

\`\`\`ts
import { decodeLogValues, logKinds } from 'node-lto/scsi';

const VENDOR_PAGE = {
  page: 0x3e,
  subpage: 0,
  name: 'Counters of ours',
  control: 0x03,
  entries: [{ code: 1, key: 'mounts', name: 'Mounts', kind: logKinds.COUNTER, length: 4 }],
} as const;
const own = await drive.logPage(VENDOR_PAGE.page);
if (own) console.log(decodeLogValues(VENDOR_PAGE, own).values.mounts);
\`\`\``;

/** The whole document. */
export function scsiReference(): string {
  const sections = [commands(), vpdPages(), logPages(), modePages(), attributes(), alerts(), formats(), senseCodes()];
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

function commands(): string {
  const generations = scsi.DETAILED_GENERATIONS.map(({ generation }) => `LTO-${generation}`).join(', ');
  const names = Object.keys(scsi.OPERATION_CODES) as scsi.CommandName[];
  const rows = names.map((name) => [name, codes(name), timeouts(name), COMMANDS[name] ? 'yes' : '']);
  const note =
    `Timeouts are of drives of ${generations}, or of all; where the generation is unknown, the longest holds. A longer one ` +
    'that the drive itself recommends is taken instead, a shorter one never.';
  const made = table(['Command', 'Code', 'Timeout, s', 'Virtual drive'], rows);
  return ['## Commands', note, made, changerCommands()].join('\n\n');
}

function changerCommands(): string {
  const names = Object.keys(scsi.CHANGER_OPERATION_CODES) as scsi.CommandName[];
  const rows = names.map((name) => [name, codes(name), timeouts(name), CHANGER_COMMANDS[name] ? 'yes' : '']);
  return `### Of medium changers\n\n${table(['Command', 'Code', 'Timeout, s', 'Virtual library'], rows)}`;
}

function codes(name: scsi.CommandName): string {
  const { code, serviceAction } = scsi.operationCode(name);
  return serviceAction === undefined ? hex(code) : `${hex(code)}/${hex(serviceAction)}`;
}

function timeouts(command: scsi.CommandName): string {
  const seconds = scsi.DETAILED_GENERATIONS.map(({ generation }) => scsi.timeoutSeconds(command, generation));
  return new Set(seconds).size === 1 ? `${seconds[0]}` : seconds.join(', ');
}

function vpdPages(): string {
  const rows = Object.entries(scsi.VPD_PAGES).map(([name, code]) => [hex(code), words(name)]);
  return section('Vital product data pages', ['Page', 'Content'], rows);
}

function logPages(): string {
  const tables = Array.from({ length: 0x40 }, (_, page) => scsi.logTable(page)).filter((table) => table !== undefined);
  const other = [scsi.TAPE_ALERT_RESPONSE, scsi.TAPE_DIAGNOSTIC_DATA, scsi.TAPE_ALERT];
  const described = tables.map(({ page, name, entries }) => {
    const rows = entries.map(({ code, name: parameter, unit }) => [hex(code, 4), parameter, unit ?? '']);
    return `### ${hex(page)} ${name}\n\n${table(['Parameter', 'Content', 'Unit'], rows)}`;
  });
  const rows = other.map(({ page, name }) => [hex(page), name]);
  return ['## Log pages', ...described, `### Of other forms\n\n${table(['Page', 'Content'], rows)}`].join('\n\n');
}

function modePages(): string {
  const pages = (Object.values(scsi) as readonly unknown[]).filter(isModePage);
  const rows = pages
    .toSorted((a, b) => a.page - b.page || a.subpage - b.subpage)
    .map(({ page, subpage, name, fields }) => {
      const code = subpage === 0 ? hex(page) : `${hex(page)}/${hex(subpage)}`;
      return [code, name, Object.keys(fields).map(words).join(', ')];
    });
  return section('Mode pages', ['Page', 'Name', 'Fields'], rows);
}

function isModePage(value: unknown): value is ModePage {
  return typeof value === 'object' && value !== null && 'fields' in value && 'subpage' in value && 'page' in value;
}

function attributes(): string {
  const rows = scsi.MAM_ATTRIBUTES.map((attribute: scsi.MamAttribute) => {
    const { id, name, length, format, kind, unit, perPartition } = attribute;
    const owner = scsi.mamOwner(id);
    const told = kind === 'mebibytes' ? 'MiB' : (unit ?? '');
    return [
      hex(id, 4),
      name,
      length === 0 ? 'varies' : `${length}`,
      format,
      told,
      words(owner),
      perPartition ? 'yes' : '',
    ];
  });
  const head = ['Id', 'Name', 'Bytes', 'Format', 'Unit', 'Kept by', 'Per partition'];
  return section('Medium auxiliary memory', head, rows);
}

function alerts(): string {
  const rows = scsi.TAPE_ALERT_FLAGS.map(({ flag, name, severity, meaning }) => [`${flag}`, name, severity, meaning]);
  return section('TapeAlert flags', ['Flag', 'Name', 'Severity', 'Meaning'], rows);
}

function formats(): string {
  const rows = scsi.LTO_FORMATS.map(({ format, densityCode, nativeGigabytes, mediumType, barcodeSuffix }) => {
    const types = [mediumType.data, mediumType.worm].filter((type) => type !== undefined).map((type) => hex(type));
    const suffixes = [barcodeSuffix.data, barcodeSuffix.worm].filter((suffix) => suffix !== undefined);
    return [format, hex(densityCode), `${nativeGigabytes}`, types.join(', '), suffixes.join(', ')];
  });
  const head = ['Format', 'Density code', 'Native, 10^9 bytes', 'Medium type (data, WORM)', 'Barcode suffix'];
  return section('Formats', head, rows);
}

/** Every code that has a text of its own without a vendor. */
function senseCodes(): string {
  const keys = scsi.SENSE_KEYS.map((name, key) => [key.toString(16).toUpperCase(), name]);
  const codes = Array.from({ length: 0x10000 }, (_, code) => ({ asc: code >> 8, ascq: code & 0xff })).flatMap(
    ({ asc, ascq }) => {
      const text = asc === COMPONENT_FAILURE ? undefined : scsi.additionalSenseText(0, asc, ascq);
      return text === undefined ? [] : [[`${hex(asc)}/${hex(ascq)}`, text]];
    },
  );
  const parts = [table(['Sense key', 'Name'], keys), table(['ASC/ASCQ', 'Meaning'], codes)];
  const note =
    "ASC 40 names the failed component in its qualifier; codes of the makers' own are in `src/scsi/sense/codes-vendor.ts`.";
  return ['## Sense codes', ...parts, note].join('\n\n');
}

const COMPONENT_FAILURE = 0x40;

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `## ${title}\n\n${table(head, rows)}`;
}

function hex(code: number, digits = 2): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

/** `loadCount` as `load count`. */
function words(key: string): string {
  return key.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}
