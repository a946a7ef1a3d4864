import type { Command } from 'commander';
import { addCatalogue, addFind, addRestore } from './catalogue/catalogue.js';
import { addCapture } from './drive/capture.js';
import { addConfiguration } from './drive/configuration.js';
import { addDrives } from './drive/drives.js';
import { addEncryption } from './drive/encryption.js';
import { addHealth } from './drive/health.js';
import { addInspect } from './drive/inspect.js';
import { addLog } from './drive/log.js';
import { addMam } from './drive/mam.js';
import { addStatus } from './drive/status.js';
import { addExamples } from './examples.js';
import { addKey } from './keys/key.js';
import { addLibrary } from './library/library.js';
import { addBench } from './media/bench.js';
import { addErase } from './media/erase.js';
import { addFormat } from './media/format.js';
import { addLabel } from './media/label.js';
import { addList } from './media/list.js';
import { addRead } from './media/read.js';
import { addScan } from './media/scan.js';
import { addVerify } from './media/verify.js';
import { addAppend, addWrite } from './media/write.js';
import { addMetrics } from './monitor/metrics.js';
import { addReport } from './monitor/report.js';
import { addWatch } from './monitor/watch.js';
import { addMotions } from './motion/motion.js';
import { addReserve } from './motion/reserve.js';
import { addClean, addWait } from './motion/wait.js';
import { addCompletion } from './shell/completion.js';
import { addDemo } from './virtual/demo.js';
import { addServeVirtual } from './virtual/serve-virtual.js';
import { addVirtual } from './virtual/virtual.js';

/** The commands of `lto` by heading of the help: one group for each folder of `commands/` and `actions/`. */
const GROUPS: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  'Cartridges and files:': [
    addLabel,
    addWrite,
    addAppend,
    addRead,
    addList,
    addScan,
    addVerify,
    addErase,
    addFormat,
    addBench,
  ],
  'Catalogue:': [addFind, addRestore, addCatalogue],
  'Drives:': [addDrives, addStatus, addInspect, addHealth, addMam, addLog, addConfiguration, addEncryption, addCapture],
  'Monitoring:': [addWatch, addReport, addMetrics],
  'Motions:': [addMotions, addWait, addClean, addReserve],
  'Libraries:': [addLibrary],
  'Keys:': [addKey],
  'Virtual drives:': [addVirtual, addServeVirtual, addDemo],
  'Shell:': [addCompletion],
};

export function addCommands(program: Command): void {
  for (const [heading, group] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const add of group) add(program);
  }
  addExamples(program);
}
