import type { Catalogue } from '../../../catalogue/index.js';
import { InvalidArgumentError, LtoError } from '../../../errors/index.js';
import type { KeyStore } from '../../../keys/key-store.js';
import { type LabelReport, readLabel, writeLabel } from '../../../provider/label/label.js';
import type { MemoryAttribute } from '../../../provider/label/label-memory.js';
import type { CatalogueChange } from '../../../provider/record/changes.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { confirmLoss, type LossOptions } from '../../input/confirm-loss.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { note } from '../../output/notes.js';
import { facts } from '../../output/table.js';
import { type CatalogueOptions, withAnyCatalogue } from '../../run/catalogue.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';

interface LabelOptions extends DeviceOptions, KeystoreOptions, CatalogueOptions, LossOptions {
  readonly overwrite?: boolean;
}

export function label(options: LabelOptions, identifier?: string) {
  const keyStore = keysOf(options);
  if (identifier !== undefined) {
    return withAnyCatalogue(options, (catalogue) =>
      withDrive(options, async (drive) => {
        const { overwrite } = options;
        if (overwrite) await confirmLoss(drive, { operation: 'label', what: 'everything' }, options);
        const names = overwrite && catalogue ? await namesOf(drive, keyStore) : [];
        const report = await writeLabel(drive, identifier, { overwrite, keyStore });
        await recordLabel(drive, new Set([...names, identifier]), catalogue);
        return written(report);
      }),
    );
  }
  if (options.overwrite) throw new InvalidArgumentError('--overwrite needs an identifier to write');
  return withDrive(options, async (drive) => shown(await readLabel(drive, { keyStore })), READ_ONLY);
}

/** Names that the catalogue may know the cartridge by: of its label, if it has one, and of its memory. */
async function namesOf(drive: TapeDrive, keyStore: KeyStore | undefined): Promise<readonly string[]> {
  const label = await readLabel(drive, { keyStore }).catch((error: unknown) => {
    if (error instanceof LtoError) return undefined;
    throw error;
  });
  return [label, (await drive.mam())?.values.barcode].filter((name) => name !== undefined);
}

/** Whatever the catalogue knew to be on the cartridge is gone. A failure to record it is only reported on stderr. */
async function recordLabel(
  drive: TapeDrive,
  names: ReadonlySet<string>,
  catalogue: Catalogue | undefined,
): Promise<void> {
  if (catalogue === undefined) return;
  const { barcode, serialNumber: mediumSerial } = (await drive.mam())?.values ?? {};
  const changes = [...names].flatMap((cartridge): CatalogueChange[] => [
    { type: 'cartridge', cartridge, barcode, mediumSerial, seenAt: Date.now() },
    { type: 'overwritten', cartridge, from: 0 },
  ]);
  try {
    await catalogue.apply(changes);
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    note(`labelled, and not recorded in the catalogue: ${error.message}`);
  }
}

function shown(identifier: string) {
  return { document: { identifier }, text: identifier };
}

function written(report: LabelReport) {
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
