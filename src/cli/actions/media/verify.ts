import { pipeline } from 'node:stream/promises';
import { nowhere } from '../../../tape/stream/read/read-file.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { type Consume, checksumOptions, readTapeFile } from '../../input/read-file.js';
import type { CommandResult } from '../../output/command-result.js';
import { parseCount } from '../../output/units.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { summaryText } from './read.js';

interface VerifyOptions extends DeviceOptions, KeystoreOptions {
  readonly checksum?: string;
}

export async function verify(options: VerifyOptions, number: string): Promise<CommandResult> {
  const fileNumber = parseCount(number);
  const streamOptions = {
    ...checksumOptions(options.checksum),
    fileNumber,
    keyStore: keysOf(options),
    reuseChunks: true,
  };
  const summary = await withDrive(options, (drive) => readTapeFile(drive, streamOptions, discard), READ_ONLY);
  return { document: summary, text: summaryText(summary) };
}

const discard: Consume = (source, signal) => pipeline(source, nowhere(), { signal });
