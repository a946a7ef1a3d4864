// Archives to folders, against tar, on a file system in memory.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { againstTar, TAR_COLUMNS } from '../harness/against-tar.mjs';
import { makeFiles } from '../harness/files.mjs';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive, TapeDrive } from '../harness/library.mjs';
import { interleaved } from '../harness/pairs.mjs';
import { requireRoom, withFolder } from '../harness/scratch.mjs';
import { timed } from '../harness/timed.mjs';

const KIB = 1024;
const MIB = 2 ** 20;

/** The archive, its cartridge and what is extracted. */
const COPIES = 3;
/**
 * What is extracted, and what the library has to reach: `speed` at least, `cpu` at most, of tar's. The large files are
 * few, since three times their size lies in memory.
 */
const TREES = [
  { full: [20_000, 8 * KIB], quick: [1000, 8 * KIB], wanted: 'speed ≥ 0.5' },
  { full: [3, 1024 * MIB], quick: [2, 32 * MIB], wanted: 'speed ≥ 0.9, CPU ≤ 1.5' },
];

async function compare({ full, quick: small, wanted }, { quick, rounds }, scratch) {
  const [files, bytes] = quick ? small : full;
  await requireRoom(scratch, COPIES * files * bytes);
  const folder = await makeFiles(join(scratch, `tree-${files}`), { files, bytes });
  const args = { archive: join(scratch, 'archive.tar'), into: join(scratch, 'extracted') };
  await timed(`tar -C "${folder}" -cf "${args.archive}" . && rm -r "${folder}"`);
  const drive = join(scratch, 'drive');
  await recordOn(drive, args.archive);
  const results = await interleaved(rounds, {
    'lto read -C, cold': () => runJob('extract:command', { ...args, drive }),
    extractArchive: () => runJob('extract:extract', args, { loopDelay: true }),
    'tar x': () => runJob('extract:tar', args),
  });
  return againstTar(results, { files, bytes }, { tar: 'tar x', wanted: { extractArchive: wanted } });
}

/** The archive as file 0 of a cartridge of an embedded drive. */
async function recordOn(folder, archive) {
  await createVirtualDrive(folder, { generation: 9 });
  const drive = await TapeDrive.open(`virtual:${folder}`);
  await drive.writeFile(createReadStream(archive, { highWaterMark: MIB }));
  await drive.close();
}

const NOTES = [
  'extractArchive is in a process of its own that has loaded the library; the command is one from its start, and reads',
  'the archive from a cartridge of the embedded drive in the same file system, with the checksum that it makes by default.',
];

export async function extraction(context) {
  const rows = [];
  for (const tree of TREES) {
    rows.push(...(await withFolder((scratch) => compare(tree, context, scratch))));
  }
  return [{ title: 'An archive to a folder', columns: TAR_COLUMNS, rows, notes: NOTES }];
}
