// Switching encryption off is believed only when the drive says that both modes are off.
import { expect, it } from 'vitest';
import { EncryptionError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { newKey } from '../support/keys.js';
import { answerWith, newPort } from './drives.js';

/** Data Encryption Status page: where its two modes are. */
const STATUS_PAGE = 0x20;
const MODES = { encryption: 5, decryption: 6 } as const;

async function withStatus(byte: number, mode: number) {
  const { port } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  await tape.encryption.enable({ key: newKey(), keyId: 'one' });
  const scsi = port.transport.scsi.bind(port.transport);
  let data = new Uint8Array();
  port.transport.scsi = async (command, options) => {
    const reply = await scsi(command, options);
    data = Uint8Array.from(reply.data);
    return reply;
  };
  answerWith(port, 'SECURITY PROTOCOL IN', (cdb) =>
    cdb[3] === STATUS_PAGE ? data.fill(mode, byte, byte + 1) : undefined,
  );
  return tape;
}

it.each(Object.entries(MODES))('not while the %s mode is another', async (_name, byte) => {
  const tape = await withStatus(byte, 2);
  await expect(tape.encryption.disable()).rejects.toBeInstanceOf(EncryptionError);
  await expect(tape.encryption.disable()).rejects.toThrow('does not say that encryption is off');
});

it('as it is where both are off', async () => {
  const tape = await withStatus(MODES.encryption, 0);
  await tape.encryption.disable();
  expect(tape.encryption.asked).toBe(false);
});
