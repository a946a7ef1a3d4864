import type { Command } from 'commander';
import { addCatalogue, addFind, addRestore } from './catalogue/catalogue.js';
import { addCapture } from './drive/capture.js';
import { addDrives } from './drive/drives.js';
import { addEncryption } from './drive/encryption.js';
import { addHealth } from './drive/health.js';
import { addInspect } from './drive/inspect.js';
import { addLog } from './drive/log.js';
import { addMam } from './drive/mam.js';
import { addMotions } from './drive/motion.js';
import { addStatus } from './drive/status.js';
import { addKey } from './keys/key.js';
import { addLibrary } from './library/library.js';
import { addFormat } from './media/format.js';
import { addLabel } from './media/label.js';
import { addList } from './media/list.js';
import { addRead } from './media/read.js';
import { addVerify } from './media/verify.js';
import { addWrite } from './media/write.js';
import { addDemo } from './virtual/demo.js';
import { addServeVirtual } from './virtual/serve-virtual.js';
import { addVirtual } from './virtual/virtual.js';

/** The commands of `lto` by heading of the help: one group for each folder of `commands/` and `actions/`. */
const GROUPS: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  'Cartridges and files:': [addLabel, addWrite, addRead, addList, addVerify, addFormat],
  'Catalogue:': [addFind, addRestore, addCatalogue],
  'Drives:': [addDrives, addStatus, addInspect, addHealth, addMam, addLog, addMotions, addEncryption, addCapture],
  'Libraries:': [addLibrary],
  'Keys:': [addKey],
  'Virtual drives:': [addVirtual, addServeVirtual, addDemo],
};

export function addCommands(program: Command): void {
  for (const [heading, group] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const add of group) add(program);
  }
}
