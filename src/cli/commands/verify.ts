import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { nowhere } from '../../tape/read-file.js';
import { type Answer, answering } from '../answer.js';
import { type DeviceOptions, driveCommand, READ_ONLY, withDrive } from '../device.js';
import { type KeystoreOptions, keystoreFlags } from '../keystore.js';
import { keysOf } from '../keystore-keys.js';
import { type Consume, checksumOptions, readTapeFile } from '../read-file.js';
import { parseCount } from '../units.js';
import { summaryText } from './read.js';

interface VerifyOptions extends DeviceOptions, KeystoreOptions {
  readonly checksum?: string;
}

export function addVerify(program: Command): void {
  keystoreFlags(driveCommand(program, 'verify', 'read a file of the tape to its filemark, and compare its checksum'))
    .argument('<file number>', 'counted from 0 at the beginning of the tape')
    .option('--checksum <checksum>', 'the checksum of its receipt; crc32 or sha256 only tells what it is')
    .action(answering(verify));
}

async function verify(options: VerifyOptions, number: string): Promise<Answer> {
  const fileNumber = parseCount(number);
  const streamOptions = { ...checksumOptions(options.checksum), fileNumber, keys: keysOf(options), reuseChunks: true };
  const summary = await withDrive(options, (drive) => readTapeFile(drive, streamOptions, discard), READ_ONLY);
  return { document: summary, text: summaryText(summary) };
}

const discard: Consume = (source, signal) => pipeline(source, nowhere(), { signal });
