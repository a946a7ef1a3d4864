// The thread of a packer: `PackStream` starts it with `PackerData`.
import type { MessagePort } from 'node:worker_threads';
import { runThread } from '../thread/thread.js';
import { failureOf } from './failure.js';
import { openFileAccess } from './files/file-access.js';
import type { PackerData } from './job.js';
import { Packer } from './packer.js';
import { SlabDoor, Stopped } from './slab-door.js';
import { SlabWriter } from './slabs/slab-writer.js';
import { PackNotes } from './summary.js';

function pack(port: MessagePort, data: PackerData): void {
  const notes = new PackNotes();
  const door = new SlabDoor(port, data, notes);
  const files = openFileAccess(data.job.xattrs);
  try {
    const archive = new SlabWriter(door.newSlab(), (slab, bytes) => door.handOn(slab, bytes));
    const packer = new Packer(data.job, files, archive, notes);
    door.say({ kind: 'end', summary: packer.run(() => door.say({ kind: 'begun' })) });
  } catch (error) {
    if (!(error instanceof Stopped)) door.say({ kind: 'failure', failure: failureOf(error) });
  } finally {
    files.close();
  }
  door.settle();
}

runThread(pack);
