import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DECRYPTION_MODE,
  decodeDataEncryptionStatus,
  decodeNextBlockStatus,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  read6,
  rewind,
  type ScsiCommand,
  SECURITY_IN_PAGE,
  type SetDataEncryption,
  securityProtocolIn,
  setDataEncryption,
  write6,
  writeFilemarks6,
} from '../../../src/scsi/index.js';
import type { VirtualDrive } from '../../../src/virtual/index.js';
import { outcome, pattern, send } from '../support.js';
import { parseTap } from '../tap-parser.js';

export const KEY = randomBytes(32);
export const OTHER_KEY = randomBytes(32);
const MAXIMUM = 64 * 1024;

export function kad(type: number, text: string) {
  return { type, authenticated: 0, data: Uint8Array.from(Buffer.from(text)) };
}

export function keyed(key: Uint8Array, more: Partial<SetDataEncryption> = {}): ScsiCommand {
  return setDataEncryption({
    scope: ENCRYPTION_SCOPE.local,
    encryptionMode: ENCRYPTION_MODE.encrypt,
    decryptionMode: DECRYPTION_MODE.mixed,
    algorithmIndex: 1,
    key,
    ...more,
  });
}

export const OFF = setDataEncryption({ scope: ENCRYPTION_SCOPE.local, algorithmIndex: 1 });

export function from(drive: VirtualDrive, nexus: string, { cdb, dataOut, allocationLength }: ScsiCommand) {
  return drive.execute(cdb, { dataOut, allocationLength, nexus });
}

export async function read(drive: VirtualDrive): Promise<Uint8Array | string> {
  const answer = await send(drive, read6({ length: MAXIMUM }));
  return answer.dataIn.length > 0 ? Buffer.from(answer.dataIn) : outcome(answer);
}

export async function status(drive: VirtualDrive, nexus = 'local') {
  const page = await from(drive, nexus, securityProtocolIn(SECURITY_IN_PAGE.dataEncryptionStatus));
  return decodeDataEncryptionStatus(page.dataIn);
}

export async function nextBlock(drive: VirtualDrive) {
  return decodeNextBlockStatus((await send(drive, securityProtocolIn(SECURITY_IN_PAGE.nextBlockStatus))).dataIn);
}

/** What lies in the image, parsed by the format's description alone. */
export async function imageOf({ folder, cartridge = '' }: VirtualDrive) {
  return parseTap(await readFile(join(folder, 'cartridges', cartridge, 'partition-0.tap')));
}

/** An encrypted block, a plain one, a filemark, an encrypted one under another key. */
export async function mixedTape(drive: VirtualDrive): Promise<void> {
  await send(drive, keyed(KEY, { kads: [kad(KAD_TYPE.unauthenticated, 'first'), kad(KAD_TYPE.authenticated, 'A')] }));
  await send(drive, write6({ data: pattern(5000, 1) }));
  await send(drive, OFF);
  await send(drive, write6({ data: pattern(4000, 2) }));
  await send(drive, writeFilemarks6({ count: 1 }));
  await send(drive, keyed(OTHER_KEY, { kads: [kad(KAD_TYPE.unauthenticated, 'second')] }));
  await send(drive, write6({ data: pattern(3001, 3) }));
  await send(drive, writeFilemarks6({ count: 1 }));
  await send(drive, OFF);
  await send(drive, rewind());
}
