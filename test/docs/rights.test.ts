import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { RIGHTS } from '../lab/rights-table.js';
import { newTapeDrive } from '../tape/drives.js';
import { operationsOf } from '../tape/session/support.js';
import { table } from './table.js';

const INTRODUCTION = `# Rights

A drive is used through two nodes: data and motion through the \`st\` node (\`/dev/nst0\`), everything else through its
\`sg\` sibling, which is located automatically. A user who may read and write both, usually a member of the group
\`tape\`, may do everything without any capability, including encryption and FORMAT MEDIUM. The kernel lab runs each row
(\`test/lab/virtual/rights.test.ts\`); this page is made from the table of that test by \`npx vitest run test/docs -u\`.`;

const REFUSED = `## Refusals

| Situation | Result |
| --- | --- |
| the user may not open one of the nodes | \`PermissionError\` (EACCES) that names the node and its group |
| no \`sg\` node, as in a container with \`/dev/nst0\` only, and no CAP_SYS_RAWIO | \`PermissionError\` (EPERM) from \`open()\` that names the capability: \`st\` then accepts no SCSI command, not even INQUIRY |
| the same with CAP_SYS_RAWIO | everything works through the one node |

The minimum for a container is therefore \`--device /dev/nst0 --device /dev/sg0\` and no capability, or
\`--device /dev/nst0 --cap-add SYS_RAWIO\`.`;

it('docs/rights.md says what the lab test proves; `npx vitest run test/docs -u` writes it anew', async () => {
  const rows = RIGHTS.map(({ call, sends, through }) => [`\`${call}\``, sends, through]);
  const page = [INTRODUCTION, table(['Call of TapeDrive', 'Sends', 'Through the'], rows), REFUSED].join('\n\n');
  await expect(`${page}\n`).toMatchFileSnapshot('../../docs/rights.md');
});

type Call = (drive: TapeDrive) => Promise<unknown>;
const ERASE = { confirm: 'erase everything' } as const;

/** A call of every public method of a drive that sends something, in an order that lets each succeed. */
const CALLS: Readonly<Record<string, Call>> = {
  writeFile: (drive) => drive.writeFile(Buffer.alloc(512)),
  createWriteStream: (drive) => finished(drive.createWriteStream().end(Buffer.alloc(512))),
  createReadStream: async (drive) => buffer(drive.createReadStream({ fileNumber: 0 })),
  readFile: (drive) => drive.readFile(0, async (stream) => void (await buffer(stream))),
  session: async (drive) => {
    const session = drive.session();
    await session.writeFile(Buffer.alloc(512));
    await session.close();
  },
  verifyFile: async (drive) => {
    await drive.verifyFile(0);
    await drive.verifyFile({ fileNumber: 0, inDrive: true });
  },
  closeUnterminatedFile: (drive) => drive.closeUnterminatedFile().catch(() => undefined),
  writeFilemarks: (drive) => drive.writeFilemarks(1),
  locate: (drive) => drive.locate(0),
  locateFile: (drive) => drive.locateFile(0),
  spaceFiles: (drive) => drive.spaceFiles(1),
  spaceRecords: (drive) => drive.spaceRecords(0),
  spaceToEndOfData: (drive) => drive.spaceToEndOfData(),
  confirmPosition: (drive) => drive.confirmPosition(),
  logicalObject: (drive) => drive.logicalObject(),
  position: (drive) => drive.position(),
  status: (drive) => drive.status(),
  planReads: (drive) => drive.planReads([{ firstLogicalObject: 0 }, { firstLogicalObject: 2 }]),
  alerts: (drive) => drive.alerts(),
  attributeLists: (drive) => drive.attributeLists(),
  blockLimits: (drive) => drive.blockLimits(),
  capacity: (drive) => drive.capacity(),
  configure: (drive) => drive.configure({ compression: true }),
  densities: (drive) => drive.densities(),
  health: (drive) => drive.health(),
  identity: (drive) => drive.identity(),
  logPage: (drive) => drive.logPage(0x0c),
  logPages: (drive) => drive.logPages(),
  mam: (drive) => drive.mam(),
  mediumFormat: (drive) => drive.mediumFormat(),
  memoryAndFormat: (drive) => drive.memoryAndFormat(),
  modePage: (drive) => drive.modePage(0x0f),
  partitions: (drive) => drive.partitions(),
  preventRemoval: (drive) => drive.preventRemoval(false),
  readiness: (drive) => drive.readiness(),
  requestSense: (drive) => drive.requestSense(),
  requireOverwritable: (drive) => drive.requireOverwritable(),
  reservations: (drive) => drive.reservations(),
  setAttributes: (drive) => drive.setAttributes({ userMediumLabel: 'x' }),
  setBlockSize: (drive) => drive.setBlockSize(0),
  settings: (drive) => drive.settings(),
  supportedCommands: (drive) => drive.supportedCommands(),
  timestamp: (drive) => drive.timestamp(),
  waitUntilReady: (drive) => drive.waitUntilReady(),
  writeRights: (drive) => drive.writeRights(),
  'encryption.capabilities': (drive) => drive.encryption.capabilities(),
  'encryption.enable': (drive) => drive.encryption.enable({ key: Buffer.alloc(32, 7), keyId: 'k' }),
  'encryption.confirm': (drive) => drive.encryption.confirm(),
  'encryption.nextBlock': (drive) => drive.encryption.nextBlock(),
  'encryption.status': (drive) => drive.encryption.status(),
  'encryption.disable': (drive) => drive.encryption.disable(),
  rewind: (drive) => drive.rewind(),
  erase: (drive) => drive.erase(),
  formatMedium: (drive) => drive.formatMedium(ERASE),
  setCapacity: (drive) => drive.setCapacity(1, ERASE),
  unload: (drive) => drive.unload(),
  load: (drive) => drive.load(),
  eject: (drive) => drive.eject(),
};
/** `scsi` sends what it is given; the others send nothing. */
const WITHOUT = ['allocate', 'close', 'released', 'scsi'];

/** Ioctls of the tape node by what they are; a SCSI command by its name without the length of its CDB. */
function rightOf(operation: string): string {
  return /^MT[A-Z]+ /.test(operation) ? 'MTIOCTOP' : operation.replace(/\(\d+\)$/, '');
}

function methodsOf(prototype: object): string[] {
  const members = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return members.flatMap(([name, { value }]) => (typeof value === 'function' && name !== 'constructor' ? [name] : []));
}

it('every public method of a drive and its encryption sends only what a row of the table proves', async () => {
  const drive = await newTapeDrive();
  const names = [
    ...[TapeDrive, Object.getPrototypeOf(TapeDrive)].flatMap(({ prototype }) => methodsOf(prototype)),
    ...methodsOf(Object.getPrototypeOf(drive.encryption)).map((name) => `encryption.${name}`),
  ];
  expect(new Set([...Object.keys(CALLS), ...WITHOUT])).toEqual(new Set(names));
  const proven = new Set(RIGHTS.map(({ sends }) => sends));
  const unproven: string[] = [];
  for (const [name, call] of Object.entries(CALLS)) {
    const sent = await operationsOf(() => call(drive));
    unproven.push(
      ...sent
        .map(rightOf)
        .filter((right) => !proven.has(right))
        .map((right) => `${name}: ${right}`),
    );
  }
  expect(unproven).toEqual([]);
});
