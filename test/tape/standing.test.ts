import { expect, it } from 'vitest';
import { readPosition } from '../../src/scsi/commands/position.js';
import { decodeLongPosition } from '../../src/scsi/commands/read-position.js';
import { readStanding } from '../../src/tape/motion/position.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { answerWith, newPort } from './drives.js';

const LONG_FORM = 0x06;

it('is told by the driver where the long form contradicts itself', async () => {
  const { port } = await newPort();
  await TapeDrive.onTransport(port.transport).writeFile([Buffer.alloc(1000)]);
  expect(await readStanding(port)).toEqual({ partition: 0, fileNumber: 1, logicalObject: 2 });
  // What tgt sends wherever the tape stands.
  const zeros = Uint8Array.of(0x20, ...new Uint8Array(31));
  answerWith(port, 'READ POSITION', (cdb) => ((cdb[1] ?? 0) === LONG_FORM ? zeros : undefined));
  expect(decodeLongPosition((await port.query(readPosition('long'))).data)).toMatchObject({ logicalObject: 0 });
  expect(await readStanding(port)).toEqual({ partition: 0, fileNumber: 1, logicalObject: 2 });
});
