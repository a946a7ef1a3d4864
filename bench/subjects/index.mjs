// What can be measured. `here` runs on this machine, `inLab` in the kernel lab on the drives of `LABS` that it names, and
// `onDevice` on the drive that --device names.
import { catalogue } from './catalogue.mjs';
import { chunks } from './chunks.mjs';
import { drivesHere, drivesOnTape } from './drives.mjs';
import { endurance } from './endurance.mjs';
import { extraction } from './extraction.mjs';
import { firstFilesHere, firstFilesOnTape } from './first-files.mjs';
import { folders } from './folders.mjs';
import { garbage } from './garbage.mjs';
import { library } from './library.mjs';
import { monitorHere, monitorOnSlowTape, monitorOnTape } from './monitor.mjs';
import { protection } from './protection.mjs';
import { readersHere, readersOnTape } from './readers.mjs';
import { recording } from './recording.mjs';
import { responsivenessHere, responsivenessOnTape } from './responsiveness.mjs';
import { restore } from './restore.mjs';
import { sessionsHere, sessionsOnTape } from './sessions.mjs';
import { starts } from './starts.mjs';
import { statusHere, statusOnTape } from './status.mjs';
import { streaming } from './streaming.mjs';
import { throughputHere, throughputOnTape } from './throughput.mjs';

/** Drives of the lab: what it is started with, and how many of them there are. */
export const LABS = {
  scsi_debug: { drive: 'scsi_debug,add_host=16' },
  /** The library's own drive, served by iSCSI to the kernel. Slow, but it has a cartridge memory. */
  virtual: { drive: 'virtual,capacity=512MiB' },
};

export const SUBJECTS = {
  throughput: {
    about: 'write and read against dd, file streams and a pipe into dd',
    here: throughputHere,
    inLab: { scsi_debug: throughputOnTape },
    onDevice: throughputOnTape,
  },
  'first-files': {
    about: 'the first files of a process, one after the other',
    here: firstFilesHere,
    inLab: { scsi_debug: firstFilesOnTape },
    onDevice: firstFilesOnTape,
  },
  chunks: { about: 'chunks of 1 byte to 4 MiB, aligned and not', here: chunks },
  garbage: { about: 'allocations, collections and memory of a stream', here: garbage },
  protection: { about: 'records with logical block protection, against those without', here: protection },
  drives: { about: '1, 4 and 16 drives at once', here: drivesHere, inLab: { scsi_debug: drivesOnTape } },
  readers: {
    about: 'readers that keep their chunks for a moment, against dd and fs.createReadStream',
    here: readersHere,
    inLab: { scsi_debug: readersOnTape },
    onDevice: readersOnTape,
  },
  responsiveness: {
    about: 'event loop and fs.readFile during streams and rewinds',
    here: responsivenessHere,
    inLab: { scsi_debug: responsivenessOnTape },
  },
  status: {
    about: 'a status poll against three programs',
    here: statusHere,
    inLab: { scsi_debug: statusOnTape, virtual: statusOnTape },
    onDevice: statusOnTape,
  },
  starts: { about: 'importing the package, and starting the command', here: starts },
  streaming: { about: 'back-hitches of a bursty source on an LTO-9', here: streaming },
  sessions: {
    about: 'thousands of small files in a write session',
    here: sessionsHere,
    inLab: { scsi_debug: sessionsOnTape },
    onDevice: sessionsOnTape,
  },
  restore: { about: 'the order of a restore on a full LTO-9', here: restore },
  library: { about: 'inventory of 10,000 slots, and bringing a cartridge', here: library },
  catalogue: { about: 'ten million members in a catalogue: recording, finding, lto list', here: catalogue },
  recording: { about: 'what a catalogue costs while an archive is written', here: recording },
  folders: { about: 'folders to archives, against tar', here: folders },
  extraction: { about: 'archives to folders, against tar', here: extraction },
  endurance: { about: 'memory over 100 GB, and the cost of 400 MB/s', here: endurance },
  monitor: {
    about: 'a drive that is polled 20 times a second',
    here: monitorHere,
    inLab: { scsi_debug: monitorOnTape, virtual: monitorOnSlowTape },
    onDevice: monitorOnTape,
  },
};
