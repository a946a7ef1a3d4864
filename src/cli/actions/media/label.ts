import { InvalidArgumentError } from '../../../errors/index.js';
import { type LabelReport, readLabel, writeLabel } from '../../../provider/label/label.js';
import type { MemoryAttribute } from '../../../provider/label/label-memory.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { facts } from '../../output/table.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

interface LabelOptions extends DeviceOptions, KeystoreOptions {
  readonly overwrite?: boolean;
}

export function label(options: LabelOptions, identifier?: string): Promise<CommandResult> {
  const keyStore = keysOf(options);
  if (identifier !== undefined)
    return withDrive(options, async (drive) => written(await writeLabel(drive, identifier, { ...options, keyStore })));
  if (options.overwrite) throw new InvalidArgumentError('--overwrite needs an identifier to write');
  return withDrive(options, async (drive) => shown(await readLabel(drive, { keyStore })), READ_ONLY);
}

function shown(identifier: string): CommandResult {
  return { document: { identifier }, text: identifier };
}

function written(report: LabelReport): CommandResult {
  const { identifier, receipt, memory, warnings } = report;
  return {
    document: report,
    text: facts([
      ['label', identifier],
      ['on tape', `file ${receipt.fileNumber}, ${receipt.bytes} bytes, read back`],
      ['cartridge memory', memory ? names(memory.written) : 'the drive gives none'],
      ...(memory?.refused ?? []).map(({ name, reason }) => ['not written', `${name}: ${reason}`] as const),
      ...warnings.map((warning) => ['note', warning] as const),
    ]),
  };
}

function names(attributes: readonly MemoryAttribute[]): string {
  return attributes.map(({ name }) => name).join(', ');
}
