import { IllegalRequestError, InvalidArgumentError } from '../../../errors/index.js';
import { type DescribedParameter, describeLogPage, logPageName } from '../../../scsi/log/describe.js';
import type { LogPageCode } from '../../../scsi/log/page.js';
import { hexCode } from '../../../scsi/wire/bytes.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { table } from '../../output/table.js';
import { hexText, valueText } from '../../output/text/value.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

export function log(options: DeviceOptions, page?: string) {
  const code = page === undefined ? undefined : parsePage(page);
  const work = async (drive: TapeDrive) => (code === undefined ? await list(drive) : await show(drive, code));
  return withDrive(options, work, READ_ONLY);
}

const PAGE = /^(?:0x)?([0-9a-f]{1,2})h?(?:\/(?:0x)?([0-9a-f]{1,2})h?)?$/i;
const LARGEST_PAGE = 0x3f;

function parsePage(text: string): LogPageCode {
  const [, page = '', subpage = '0'] = PAGE.exec(text) ?? [];
  const code = { page: Number.parseInt(page, 16), subpage: Number.parseInt(subpage, 16) };
  if (code.page <= LARGEST_PAGE) return code;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a log page`, {
    next: 'Write it in hex, 00 to 3f, with a subpage after a slash: 17, 3e/01',
  });
}

async function list(drive: TapeDrive) {
  const codes = await drive.logPages();
  if (codes === undefined) throw refused(drive, 'the drive does not list its log pages');
  const pages = codes.map((code) => ({ ...codeOf(code), name: logPageName(code) }));
  return {
    document: { device: drive.device, pages },
    text: table(
      ['page', 'subpage', 'name'],
      pages.map(({ page, subpage, name }) => [page, subpage, name ?? 'unknown']),
    ),
  };
}

async function show(drive: TapeDrive, code: LogPageCode) {
  const { page, subpage } = codeOf(code);
  const read = await drive.logPage(code.page, code.subpage);
  if (read === undefined) throw refused(drive, `the drive has no log page ${page}/${subpage}`);
  const parameters = describeLogPage(read).map(toDocument);
  return {
    document: { device: drive.device, page, subpage, name: logPageName(code), truncated: read.truncated, parameters },
    text: table(
      ['parameter', 'name', 'value', 'unit'],
      parameters.map(({ code: parameter, name, value, unit, raw }) => [
        parameter,
        name ?? 'unknown',
        value === undefined ? hexText(raw) : valueText(value, raw),
        unit ?? '',
      ]),
    ),
  };
}

function codeOf({ page, subpage }: LogPageCode) {
  return { page: hexCode(page), subpage: hexCode(subpage) };
}

function toDocument({ code, name, value, unit, bytes }: DescribedParameter) {
  return { code: hexCode(code, 4), name, value, unit, raw: Buffer.from(bytes).toString('hex') };
}

function refused(drive: TapeDrive, what: string): IllegalRequestError {
  return new IllegalRequestError(what, {
    device: drive.device,
    operation: 'LOG SENSE',
    next: '`lto log` lists the pages, if the drive reports them',
  });
}
