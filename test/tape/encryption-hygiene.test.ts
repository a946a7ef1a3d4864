import { createSecretKey, randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { COMMAND_CHANNEL } from '../../src/device/command-log.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { setDataEncryption } from '../../src/scsi/security/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

// A key is nowhere but in the drive: not in a log, an error, a channel, an inspection, a file.

const KEY = randomBytes(32);
/** Parts of the key, since a dump may break it into lines. */
const FORMS = [KEY.subarray(0, 12), KEY.subarray(10, 24)].flatMap((part) => [
  part.toString('latin1'),
  part.toString('hex'),
  part.toString('hex').toUpperCase(),
  part.toString('hex').replace(/(..)(?!$)/g, '$1 '),
  [...part].join(','),
  [...part].join(', '),
]);
const BASE64 = KEY.toString('base64').slice(0, 40);

function expectClean(what: string, text: string): void {
  for (const form of [...FORMS, BASE64]) expect(text.includes(form), what).toBe(false);
}

/** Everything that can be seen of a value, by each way that there is. */
function seen(value: unknown): string {
  const json = (() => {
    try {
      return JSON.stringify(value);
    } catch {
      return '';
    }
  })();
  const options = { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true };
  return [inspect(value, options), String(value), json, value instanceof Error ? value.stack : ''].join('\n');
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}

it('the search finds a key', () => {
  for (const value of [KEY, { key: KEY }, KEY.toString('hex'), new Error(KEY.toString('base64'))]) {
    expect(() => expectClean('', seen(value))).toThrow();
  }
});

it('the parameter list is wiped when the command has ended, well or badly; the bytes of the caller are not', async () => {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const lists: Uint8Array[] = [];
  const scsi = transport.scsi.bind(transport);
  transport.scsi = (command, options) => {
    if (command.secret) {
      expect(Buffer.from(command.dataOut).includes(KEY) || command.dataOut.length === 20).toBe(true);
      lists.push(command.dataOut);
    }
    return scsi(command, options);
  };
  const drive = TapeDrive.onTransport(transport);
  onTestFinished(() => drive.close());
  const mine = Buffer.from(KEY);
  await drive.encryption.enable({ key: mine, keyId: 'k' });
  transport.drive.faults = [{ command: 'SECURITY PROTOCOL OUT', outcome: { hostStatus: 3 }, times: 1 }];
  await failure(drive.encryption.enable({ key: createSecretKey(KEY), keyId: 'k' }));
  await drive.encryption.disable();
  expect(lists).toHaveLength(3);
  for (const list of lists) expect(list.every((byte) => byte === 0)).toBe(true);
  expect(mine.equals(KEY)).toBe(true);
});

it('no key is in messages, errors, channels, inspections, output or files', async () => {
  const output: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      output.push(String(chunk));
      return true;
    }),
  );
  const events: unknown[] = [];
  const listen = (event: unknown) => {
    events.push(event);
  };
  subscribe(COMMAND_CHANNEL, listen);
  onTestFinished(() => {
    unsubscribe(COMMAND_CHANNEL, listen);
    for (const spy of spies) spy.mockRestore();
  });

  const folder = await newDriveFolder({ cartridge: { barcode: 'TEST01L8' } });
  const device = `virtual:${folder}`;
  const transport = await VirtualTransport.open({ device, folder });
  const drive = TapeDrive.onTransport(transport);
  const keyStore = { get: async () => createSecretKey(KEY) };
  const provider = new LtoProvider({ devicePath: device, encryptionKeyId: 'k' }, { open: async () => drive, keyStore });
  await provider.initializeMedia('TEST01L8');
  await provider.prepareForWrite('TEST01L8');
  const receipt = await provider.writeArchive('TEST01L8', [testData(100_000)]);
  await provider.verifyArchive('TEST01L8', 1);

  const values: unknown[] = [receipt, provider, drive, transport, transport.drive];
  values.push(await drive.encryption.status(), await drive.encryption.capabilities(), await provider.getLiveInfo());
  for (const outcome of [{ hostStatus: 3 }, { sense: { key: 5, asc: 0x26, ascq: 0 } }, { good: true as const }]) {
    transport.drive.faults = [{ command: 'SECURITY PROTOCOL OUT', outcome }];
    values.push(await failure(drive.encryption.enable({ key: KEY, keyId: 'k' })));
    values.push(await failure(drive.writeFile([testData(10)])));
  }
  transport.drive.faults = [];
  // The key where its name belongs, a key of another size, a list that a drive cannot read.
  values.push(await failure(drive.encryption.enable({ key: KEY, keyId: KEY.toString('hex') })));
  values.push(await failure(drive.encryption.enable({ key: KEY.subarray(0, 24), keyId: 'k' })));
  const list = setDataEncryption({ key: KEY, algorithmIndex: 9 });
  values.push(await transport.drive.execute(list.cdb, { dataOut: list.dataOut.subarray(0, 40) }));
  values.push(await transport.drive.execute(list.cdb, { dataOut: list.dataOut }));

  expect(events.length).toBeGreaterThan(50);
  expect(seen(events)).toContain('SECURITY PROTOCOL OUT');
  for (const value of [...values, ...events]) expectClean(Object(value).constructor.name, seen(value));
  await provider.close();
  await drive.close();
  for (const spy of spies) spy.mockRestore();
  expectClean('output', output.join(''));
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      expectClean(entry.name, (await readFile(join(entry.parentPath, entry.name))).toString('latin1'));
  }
});

it('a key of another scope that could not be cleared is cleared later, also for other hosts', async () => {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport);
  const set: number[][] = [];
  const send = transport.scsi.bind(transport);
  vi.spyOn(transport, 'scsi').mockImplementation(async (command, options) => {
    const reply = await send(command, options);
    // Scope in the upper three bits of byte 4, encryption mode in byte 6.
    const [scope = 0, mode = 0] = [command.dataOut?.[4] ?? 0, command.dataOut?.[6] ?? 0];
    if (command.name === 'SECURITY PROTOCOL OUT' && reply.status === 0) set.push([scope >> 5, mode]);
    return reply;
  });
  await tape.encryption.enable({ key: KEY, keyId: 'shared', scope: 'all' });
  const all = set.at(-1)?.[0];
  const sense = { key: 0xb, asc: 0x47, ascq: 3 };
  transport.drive.faults = [{ command: 'SECURITY PROTOCOL OUT', times: 1, outcome: { sense } }];
  await expect(tape.encryption.enable({ key: KEY, keyId: 'own', scope: 'local' })).rejects.toThrow();
  transport.drive.faults = [];
  await tape.close();
  expect(set.at(-1)).toEqual([all, 0]);
});
