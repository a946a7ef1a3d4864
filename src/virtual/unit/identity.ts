import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from '../../errors/index.js';

/** How standard INQUIRY data name a device. */
export interface UnitIdentity {
  /** At most 8 printable ASCII characters. */
  readonly vendor: string;
  /** At most 16 printable ASCII characters. */
  readonly product: string;
  /** 1 to 32 letters, digits and underscores. */
  readonly serial: string;
}

export const VENDOR = 'NODE-LTO';

export function randomSerial(): string {
  return `V${randomBytes(5).toString('hex').slice(1).toUpperCase()}`;
}

/** Throws InvalidArgumentError for what does not fit its field. */
export function requireIdentity(identity: UnitIdentity): UnitIdentity {
  requireText('vendor', identity.vendor, /^[\x20-\x7e]{1,8}$/);
  requireText('product', identity.product, /^[\x20-\x7e]{1,16}$/);
  requireText('serial', identity.serial, /^\w{1,32}$/);
  return identity;
}

function requireText(name: string, text: string, pattern: RegExp): void {
  if (!pattern.test(text)) throw new InvalidArgumentError(`${name} does not fit its field: ${JSON.stringify(text)}`);
}
