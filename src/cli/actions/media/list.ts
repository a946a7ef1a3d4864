import type { Readable } from 'node:stream';
import type { ArchiveMember } from '../../../archive/extract/messages.js';
import { listArchive } from '../../../archive/list.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { pipeLines } from '../../output/standard-output.js';
import { textLines } from '../../output/terminal.js';
import { memberLine } from '../../output/text/member-line.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { passTapeFile } from '../../transfer/read-file.js';

interface ListOptions extends DeviceOptions, KeystoreOptions {
  readonly only?: readonly string[];
}

export async function list({ json, quiet, only, ...options }: ListOptions, number: string) {
  const fileNumber = parseCount(number);
  const stream = { fileNumber, keyStore: keysOf(options), reuseChunks: true };
  const members: ArchiveMember[] = [];
  const show = async (source: Readable, signal: AbortSignal) => {
    const listed = listArchive(source, { only, signal });
    if (!json && !quiet) return pipeLines(linesOf(listed), signal);
    for await (const member of listed) if (json) members.push(member);
  };
  await withDrive(options, (drive) => passTapeFile(drive, stream, show), READ_ONLY);
  return { document: { fileNumber, members }, text: '' };
}

async function* linesOf(members: AsyncIterable<ArchiveMember>): AsyncGenerator<string> {
  for await (const member of members) yield textLines(memberLine(member));
}
