import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { ArchiveMember } from '../../archive/extract/messages.js';
import { listArchive } from '../../archive/list.js';
import { type Answer, answering } from '../answer.js';
import { type DeviceOptions, driveCommand, READ_ONLY, withDrive } from '../device.js';
import { type KeystoreOptions, keystoreFlags } from '../keystore.js';
import { keysOf } from '../keystore-keys.js';
import { memberLine } from '../member-line.js';
import { passTapeFile } from '../read-file.js';
import { textLines } from '../terminal.js';
import { parseCount } from '../units.js';

interface ListOptions extends DeviceOptions, KeystoreOptions {
  readonly only?: readonly string[];
}

export function addList(program: Command): void {
  const what = 'show the members of an archive on the tape: mode, owner, size, time in UTC, and name';
  const collect = (pattern: string, before: readonly string[] = []) => [...before, pattern];
  keystoreFlags(driveCommand(program, 'list', what))
    .argument('<file number>', 'counted from 0 at the beginning of the tape')
    .option('--only <pattern>', 'members that match, as in .gitignore; may be given again', collect)
    .action(answering(list));
}

async function list({ json, only, ...options }: ListOptions, number: string): Promise<Answer> {
  const fileNumber = parseCount(number);
  const stream = { fileNumber, keys: keysOf(options), reuseChunks: true };
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
