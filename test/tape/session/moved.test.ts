// A session whose tape another program has moved between two files, which raises no unit attention.
import { expect, it } from 'vitest';
import { PositionMismatchError } from '../../../src/errors/index.js';
import { locate10 } from '../../../src/scsi/commands/position.js';
import { collect } from '../../conformance/conformance.js';
import { data, newSessionBench } from './support.js';

it.each([0, 1, 2, 4])('to object %s: nothing is written there', async (logicalObject) => {
  const { tape, virtual } = await newSessionBench();
  const session = tape.session();
  for (const file of [0, 1]) await session.writeFile([data(file)]);
  await session.commit();
  // Each file is a record and a filemark; the session's next one would be object 4.
  await virtual.execute(locate10({ logicalObject }).cdb);
  const next = session.writeFile([data(2)]);
  if (logicalObject === 4) await next;
  else await expect(next).rejects.toBeInstanceOf(PositionMismatchError);
  await session.close().catch(() => undefined);
  for (const fileNumber of [0, 1]) {
    expect((await collect(tape.createReadStream({ fileNumber }))).equals(data(fileNumber))).toBe(true);
  }
});
