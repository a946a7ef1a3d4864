import { MalformedResponseError } from '../../errors/index.js';
import { hexCode } from './bytes.js';
import type { ScsiCommand } from './command.js';
import { decodeFields, encodeFields, type Fields, type FieldValues, fieldMask } from './layout.js';
import { type CommandName, isCdbOf, operationCode } from './opcodes.js';
import { timeoutMs } from './timeouts.js';

/** Layout of a command's CDB, for the builder and for the device server. */
export interface CdbLayout<T extends Fields = Fields> {
  readonly name: CommandName;
  readonly length: number;
  readonly fields: T;
}

const EMPTY = new Uint8Array(0);

/** A command without data phase. */
export function commandWithoutData<T extends Fields>(
  layout: CdbLayout<T>,
  values: Partial<FieldValues<T>>,
): ScsiCommand {
  return build(layout, values, { direction: 'none', dataOut: EMPTY, allocationLength: 0 });
}

/** A command that reads up to `allocationLength` bytes; the CDB's own length field is among `values`. */
export function commandWithDataIn<T extends Fields>(
  layout: CdbLayout<T>,
  values: Partial<FieldValues<T>>,
  allocationLength: number,
): ScsiCommand {
  return build(layout, values, { direction: 'in', dataOut: EMPTY, allocationLength });
}

/** A command that sends `dataOut`; the CDB's own length field is among `values`. */
export function commandWithDataOut<T extends Fields>(
  layout: CdbLayout<T>,
  values: Partial<FieldValues<T>>,
  dataOut: Uint8Array,
): ScsiCommand {
  return build(layout, values, { direction: 'out', dataOut, allocationLength: 0 });
}

/**
 * Decodes the fields of a CDB. Throws MalformedResponseError for a CDB of another command, or one that is too short.
 */
export function decodeCdb<T extends Fields>(layout: CdbLayout<T>, cdb: Uint8Array): FieldValues<T> {
  if (!isCdbOf(layout.name, cdb) || cdb.length < layout.length) {
    throw new MalformedResponseError(
      `${cdb.length} bytes with operation code ${hexCode(cdb[0] ?? 0)} are not a CDB of ${layout.name}`,
    );
  }
  return decodeFields(layout.fields, cdb, layout.name);
}

function build<T extends Fields>(
  layout: CdbLayout<T>,
  values: Partial<FieldValues<T>>,
  data: Pick<ScsiCommand, 'direction' | 'dataOut' | 'allocationLength'>,
): ScsiCommand {
  const cdb = withOperationCode(layout, encodeFields(layout.fields, layout.length, values, layout.name));
  return { name: layout.name, cdb, ...data, timeoutMs: timeoutMs(layout.name) };
}

/** CDB usage data (SPC-5): operation code, service action, and ones in every field of the table. */
export function cdbUsage(layout: CdbLayout): Uint8Array {
  return withOperationCode(layout, fieldMask(layout.fields, layout.length));
}

function withOperationCode({ name }: CdbLayout, cdb: Uint8Array): Uint8Array {
  const { code, serviceAction } = operationCode(name);
  cdb[0] = code;
  if (serviceAction !== undefined) cdb[1] = ((cdb[1] ?? 0) & 0xe0) | serviceAction;
  return cdb;
}
