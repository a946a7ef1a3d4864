import type { Catalogue } from '../../../catalogue/index.js';
import { InvalidArgumentError, LabelError, type LtoError } from '../../../errors/index.js';
import type { KeyStore } from '../../../keys/key-store.js';
import { isSameCartridge } from '../../../library/same-cartridge.js';
import { type LabelReport, readLabel, writeLabel } from '../../../provider/label/label.js';
import type { MemoryAttribute } from '../../../provider/label/label-memory.js';
import { asLtoError } from '../../../provider/record/recording.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { confirmLoss, type LossOptions } from '../../input/confirm-loss.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { warn } from '../../output/notes.js';
import { facts } from '../../output/table.js';
import { type CatalogueOptions, withAnyCatalogue } from '../../run/catalogue.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { interruptibleMotion } from '../../run/interrupted-drive.js';
import { knownCartridge } from '../../transfer/cartridge-names.js';
import { requireOwnName, tellLoss } from '../../transfer/losing.js';

interface LabelOptions extends DeviceOptions, KeystoreOptions, CatalogueOptions, LossOptions {
  readonly overwrite?: boolean;
}

interface Labelling {
  readonly overwrite: boolean | undefined;
  readonly keyStore: KeyStore;
  readonly catalogue: Catalogue | undefined;
}

export function label(options: LabelOptions, identifier?: string) {
  const { overwrite } = options;
  const keyStore = keysOf(options);
  if (identifier === undefined) {
    if (overwrite) throw new InvalidArgumentError('--overwrite needs an identifier to write');
    return withDrive(options, async (drive) => shown(await readLabel(drive, { keyStore })), READ_ONLY);
  }
  requireBarcodeOf(options, identifier);
  return withAnyCatalogue(options, (catalogue) =>
    withDrive(options, async (drive) => {
      if (overwrite) await confirmLoss(drive, { operation: 'label', what: 'everything' }, options);
      return written(await labelCartridge(drive, identifier, { overwrite, keyStore, catalogue }));
    }),
  );
}

/** A library knows a cartridge by what is printed on it: under another name it would never be found there again. */
function requireBarcodeOf({ barcode }: LabelOptions, identifier: string): void {
  if (barcode === undefined || isSameCartridge(barcode, identifier)) return;
  throw new LabelError(`${JSON.stringify(identifier)} is not the barcode of the cartridge, ${barcode}`, {
    operation: 'write label',
    next: `Nothing was written: in a library, label it ${barcode}; tags and the catalogue take other words`,
  });
}

async function labelCartridge(
  drive: TapeDrive,
  identifier: string,
  { overwrite, keyStore, catalogue }: Labelling,
): Promise<LabelReport> {
  const known = catalogue && (await knownCartridge(drive, keyStore));
  if (catalogue && known) await requireOwnName(catalogue, identifier, known, drive.device);
  const losing = known && { ...known, names: [...known.names, identifier] };
  let failure: LtoError | undefined;
  const onEmptying = async () => {
    failure = await tellLoss(catalogue, losing);
  };
  // A label is short: after a signal it is completed, so that no cartridge is left between two names.
  const report = await interruptibleMotion(drive, () =>
    writeLabel(drive, identifier, { overwrite, keyStore, onEmptying }),
  );
  failure = (await recordLabel(drive, identifier, catalogue)) ?? failure;
  return failure === undefined ? report : { ...report, catalogueFailure: failure };
}

/** Resolves with why the catalogue does not know the name. */
async function recordLabel(
  drive: TapeDrive,
  cartridge: string,
  catalogue: Catalogue | undefined,
): Promise<LtoError | undefined> {
  if (catalogue === undefined) return undefined;
  const { barcode, serialNumber: mediumSerial } = (await drive.mam())?.values ?? {};
  try {
    await catalogue.apply([{ type: 'cartridge', cartridge, barcode, mediumSerial, seenAt: Date.now() }]);
    return undefined;
  } catch (reason) {
    const failure = asLtoError(reason);
    warn(`labelled, and not recorded in the catalogue: ${failure.message}`);
    return failure;
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
