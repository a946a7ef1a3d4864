import type { Command } from 'commander';
import { SPEED_NAMES, TRAIT_NAMES, VIRTUAL_GENERATIONS } from '../../../virtual/drive/names.js';
import { collect, jsonCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';
import { cartridgeFlags } from './cartridge-flags.js';
import { addVirtualLibrary } from './library.js';

const load = () => import('../../actions/virtual/virtual.js');

export function addVirtual(program: Command): void {
  const virtual = program.command('virtual').description('make virtual drives and libraries');
  cartridgeFlags(jsonCommand(virtual, 'create', 'make a virtual drive with a cartridge in it'))
    .argument('<folder>', 'new or empty folder')
    .option('--generation <number>', `LTO generation of the drive: ${VIRTUAL_GENERATIONS.join(', ')} (default: 8)`)
    .option('--speed <model>', `speed model of a real drive: ${SPEED_NAMES.join(', ')} (default: unlimited)`)
    .option('--no-cartridge', 'leave the drive empty')
    .option('--serial <serial>', 'serial number of the drive (default: a random one)')
    .option('--early-warning <size>', 'size of the early-warning zone (default: 1 % of the capacity, at most 64 MiB)')
    .option('--trait <name>', `deviation of a real drive, repeatable: ${TRAIT_NAMES.join(', ')}`, collect)
    .action(actionOf(async () => (await load()).create));
  cartridgeFlags(
    jsonCommand(virtual, 'insert', 'insert a cartridge: by name one that was in the drive before, or a new one'),
  )
    .argument('<folder>')
    .argument('[name]', 'barcode of a cartridge that was in it before')
    .option('--new', 'make a new cartridge')
    .option('--generation <number>', "LTO generation of the new cartridge (default: the drive's)")
    .action(actionOf(async () => (await load()).insert));
  jsonCommand(virtual, 'remove', 'remove the cartridge from the drive; it stays in the folder')
    .argument('<folder>')
    .action(actionOf(async () => (await load()).remove));
  jsonCommand(virtual, 'reset', 'reset the drive, or the changer of a library, as a bus reset does')
    .argument('<folder>')
    .action(actionOf(async () => (await load()).reset));
  jsonCommand(virtual, 'faults', 'inject faults into a drive or library that is being served')
    .argument('<folder>')
    .argument('[file]', 'JSON file with the list of faults; without it, all faults are removed')
    .action(actionOf(async () => (await load()).setFaults));
  addVirtualLibrary(virtual);
}
