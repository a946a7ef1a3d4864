import { pipeline } from 'node:stream/promises';
import { nowhere } from '../../../tape/stream/read/read-file.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { summaryText } from '../../output/text/read-summary.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { type Consume, checksumOptions, readTapeFile } from '../../transfer/read-file.js';

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
