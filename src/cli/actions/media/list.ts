import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ArchiveMember } from '../../../archive/extract/messages.js';
import { listArchive } from '../../../archive/list.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { textLines } from '../../output/terminal.js';
import { memberLine } from '../../output/text/member-line.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { passTapeFile } from '../../transfer/read-file.js';

interface ListOptions extends DeviceOptions, KeystoreOptions {
  readonly only?: readonly string[];
  readonly catalogue?: string;
  readonly cartridge?: string;
}

export async function list({ json, only, ...options }: ListOptions, number?: string): Promise<CommandResult> {
  if (number === undefined) {
    const { listCatalogue } = await import('../catalogue/list.js');
    return listCatalogue(options);
  }
  const fileNumber = parseCount(number);
  const stream = { fileNumber, keyStore: keysOf(options), reuseChunks: true };
  const members: ArchiveMember[] = [];
  const show = async (source: Readable, signal: AbortSignal) => {
    for await (const member of listArchive(source, { only, signal })) {
      if (json) members.push(member);
      else if (!process.stdout.write(textLines(memberLine(member)))) await once(process.stdout, 'drain', { signal });
    }
  };
  await withDrive(options, (drive) => passTapeFile(drive, stream, show), READ_ONLY);
  return { document: { fileNumber, members }, text: '' };
}
