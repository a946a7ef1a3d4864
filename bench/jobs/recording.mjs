// Finding the members of an archive that passes.
import { readFile } from 'node:fs/promises';
import { libraryUrl } from '../harness/library.mjs';

const { MemberTap } = await import(libraryUrl('archive/tap/member-tap.js'));
const { memberRecord } = await import(libraryUrl('provider/record/recording.js'));

const CHUNK = 2 ** 20;

/** What a catalogue is told of the members of the file `archive`, which has no end, so many times. */
export async function record({ archive, times }, meter) {
  const members = await readFile(archive);
  let found = 0;
  const tap = new MemberTap((member) => {
    found += memberRecord(member).path.length;
  });
  await meter.window(async () => {
    for (let time = 0; time < times; time += 1) {
      for (let at = 0; at < members.length; at += CHUNK) tap.write(members.subarray(at, at + CHUNK));
    }
  });
  if (found === 0 || !tap.isOpen) throw new Error('members were not found');
}
