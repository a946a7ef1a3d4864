import { afterEach, describe, expect } from 'vitest';
import { openTransport } from '../../src/tape/open/open-transport.js';
import { nextStreamNumber } from '../../src/tape/port/stream-number.js';
import { hasStatus, MtOperation } from '../../src/transport/mtio.js';
import type { Transport } from '../../src/transport/transport.js';
import { backend, conforms, openDrive, RECORD } from './conformance.js';

// What the tape driver does, whichever it is: `st` of a kernel, or the one that the virtual transport has for itself.

const { MTREW, MTFSF, MTBSR, MTWEOF, MTWEOFI, MTFSR } = MtOperation;

const open: Transport[] = [];

afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close().catch(() => undefined);
});

/** A transport on a tape that stands at its beginning. */
async function rewound(): Promise<Transport> {
  const drive = await openDrive();
  const { device } = drive;
  await drive.close();
  const transport = await openTransport(device);
  open.push(transport);
  await transport.mt(MTREW, 1);
  return transport;
}

function write(transport: Transport, count: number, recordSize = RECORD) {
  return transport.writeRecords(transport.allocate(count * recordSize), recordSize, nextStreamNumber());
}

function read(transport: Transport, offer = RECORD, maxRecords = 1) {
  return transport.readRecords(transport.allocate(offer * maxRecords), offer, maxRecords, nextStreamNumber());
}

describe(`the driver on ${backend.name}`, () => {
  conforms('writes a filemark when the node is closed after writing', [], async () => {
    const transport = await rewound();
    expect(await write(transport, 2)).toMatchObject({ records: 2, bytes: 2 * RECORD, stop: 'done' });
    expect(await transport.status()).toMatchObject({ fileNumber: 0, blockNumber: 2 });
    await transport.reopen();
    expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    await transport.mt(MTREW, 1);
    expect(await read(transport, RECORD, 5)).toMatchObject({ lengths: [RECORD, RECORD], stop: 'zero' });
    expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  });

  conforms('writes a filemark before it rewinds after writing', [], async () => {
    const transport = await rewound();
    await write(transport, 1);
    await transport.mt(MTREW, 1);
    await transport.mt(MTFSF, 1);
    expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  });

  conforms('counts an immediate filemark at once, and empties the buffer for a count of 0', [], async () => {
    const transport = await rewound();
    await write(transport, 2);
    await transport.mt(MTWEOFI, 1);
    expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    await write(transport, 1);
    await transport.mt(MTWEOFI, 1);
    await transport.mt(MTWEOF, 0);
    expect(await transport.status()).toMatchObject({ fileNumber: 2, blockNumber: 0 });
    await transport.mt(MTREW, 1);
    expect(await read(transport, RECORD, 5)).toMatchObject({ lengths: [RECORD, RECORD], stop: 'zero' });
    expect(await read(transport, RECORD, 5)).toMatchObject({ lengths: [RECORD], stop: 'zero' });
    expect(await transport.status()).toMatchObject({ fileNumber: 2, blockNumber: 0 });
  });

  conforms('writes no filemark of its own behind an immediate one', [], async () => {
    const transport = await rewound();
    await write(transport, 1);
    await transport.mt(MTWEOFI, 1);
    await transport.reopen();
    expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  });

  conforms('stands behind an immediate filemark as behind any other', ['logical-object'], async () => {
    const transport = await rewound();
    await write(transport, 2);
    const before = await transport.tell();
    await transport.mt(MTWEOFI, 1);
    expect(await transport.tell()).toBe(before + 1);
    await transport.mt(MTWEOF, 0);
    expect(await transport.tell()).toBe(before + 1);
  });

  conforms('skips a record that is larger than the buffer, and can go back to it', ['space-back'], async () => {
    const transport = await rewound();
    await write(transport, 2);
    await transport.mt(MTWEOF, 1);
    await transport.mt(MTREW, 1);
    expect(await read(transport, RECORD / 4)).toMatchObject({ lengths: [], stop: 'too-large', code: 'ENOMEM' });
    expect(await transport.status()).toMatchObject({ fileNumber: 0, blockNumber: 1 });
    await transport.mt(MTBSR, 1);
    expect(await read(transport, RECORD, 3)).toMatchObject({ lengths: [RECORD, RECORD], stop: 'zero' });
  });

  conforms('returns short records as they are, each at a page boundary', ['undisturbed'], async () => {
    const transport = await rewound();
    for (const size of [512, 4096, 5120]) await write(transport, 1, size);
    await transport.mt(MTWEOF, 1);
    await transport.mt(MTREW, 1);
    expect(await read(transport, RECORD, 9)).toMatchObject({ lengths: [512, 4096, 5120], stop: 'zero' });
  });

  conforms('says 0 once behind the last filemark, then EIO', ['end-of-data'], async () => {
    const transport = await rewound();
    await write(transport, 1);
    await transport.mt(MTWEOF, 1);
    await transport.mt(MTREW, 1);
    expect(await read(transport, RECORD, 2)).toMatchObject({ lengths: [RECORD], stop: 'zero' });
    const first = await read(transport);
    expect(first).toMatchObject({ lengths: [], stop: 'zero', mt: { fileNumber: 1, blockNumber: -1 } });
    expect(hasStatus(first.mt?.generalStatus ?? 0, 'EOD')).toBe(true);
    expect(await read(transport)).toMatchObject({ lengths: [], stop: 'error', code: 'EIO' });
    await expect(transport.mt(MTFSR, 1)).rejects.toMatchObject({ code: 'EIO', syscall: 'MTIOCTOP' });
    expect(hasStatus((await transport.status()).generalStatus, 'EOD')).toBe(true);
  });

  conforms('knows no position after a reset, and refuses to write and read until a rewind', ['reset'], async () => {
    const transport = await rewound();
    await write(transport, 2);
    await backend.reset(transport);
    expect(await write(transport, 1)).toMatchObject({ records: 0, stop: 'error', code: 'EIO' });
    expect(await transport.status()).toMatchObject({ fileNumber: -1, blockNumber: -1 });
    expect(await write(transport, 1)).toMatchObject({ records: 0, stop: 'error', code: 'EIO' });
    expect(await read(transport)).toMatchObject({ stop: 'error', code: 'EIO' });
    await transport.mt(MTREW, 1);
    expect(await transport.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
    expect(await write(transport, 1)).toMatchObject({ records: 1, stop: 'done' });
  });

  conforms(
    'closes behind a reset without an error, whatever close(2) returns',
    ['reset', 'close-after-reset'],
    async () => {
      const transport = await rewound();
      await write(transport, 2);
      await transport.mt(MTWEOF, 1);
      await backend.reset(transport);
      // The driver meets the unit attention.
      await transport.tell().catch(() => undefined);
      await transport.reopen();
      await transport.mt(MTREW, 1);
      expect(await read(transport, RECORD, 5)).toMatchObject({ lengths: [RECORD, RECORD], stop: 'zero' });
      await backend.reset(transport);
      await transport.tell().catch(() => undefined);
      await transport.close();
    },
  );

  conforms('closing fails where a reset kept it from ending a file', ['reset', 'close-after-reset'], async () => {
    const transport = await rewound();
    await write(transport, 2);
    await backend.reset(transport);
    await transport.tell().catch(() => undefined);
    await expect(transport.close()).rejects.toMatchObject({ code: 'EIO', syscall: 'close' });
  });

  conforms('fails what is queued behind a call of the same stream that stopped', [], async () => {
    const transport = await rewound();
    await write(transport, 1);
    await transport.mt(MTWEOF, 1);
    await transport.mt(MTREW, 1);
    const stream = nextStreamNumber();
    const calls = Array.from({ length: 3 }, () =>
      transport.readRecords(transport.allocate(2 * RECORD), RECORD, 2, stream),
    );
    const [first, ...others] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ status: 'fulfilled', value: { lengths: [RECORD], stop: 'zero' } });
    for (const other of others) expect(other).toMatchObject({ status: 'rejected', reason: { code: 'ECANCELED' } });
    const late = transport.readRecords(transport.allocate(RECORD), RECORD, 1, stream);
    await expect(late).rejects.toMatchObject({ code: 'ECANCELED' });
    expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  });

  conforms(
    'near the end of the tape, ENOSPC says nothing of the record: the position does',
    ['fills-up', 'logical-object', 'early-warning', 'undisturbed'],
    async () => {
      const transport = await rewound();
      const size = backend.fillRecordSize;
      let taken = 0;
      let first = await write(transport, 8, size);
      for (taken += first.records; first.stop === 'done'; taken += first.records)
        first = await write(transport, 8, size);
      // By direct I/O: ENOSPC for a record that the drive has taken, with EOT set. Through the buffer of st: a full count
      // with EOT set, or, in the middle of a call, ENOSPC for the record behind it, which was not written, without EOT.
      const position = await transport.tell();
      const refused = first.stop === 'end-of-medium';
      const warned = hasStatus(first.mt?.generalStatus ?? 0, 'EOT');
      expect(position - taken).toBe(refused && warned ? 1 : 0);
      if (!refused) expect({ stop: first.stop, warned }).toEqual({ stop: 'early-warning', warned: true });
      taken = position;
      if (first.stop === 'early-warning') {
        expect(await write(transport, 1, size)).toMatchObject({ records: 0, stop: 'end-of-medium', code: 'ENOSPC' });
        expect(await transport.tell()).toBe(taken);
      }
      // The tape can be ended in order.
      await transport.mt(MTWEOF, 1);
      expect(await transport.tell()).toBe(taken + 1);
      expect(await transport.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    },
    180_000,
  );
});
