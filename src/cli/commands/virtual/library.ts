import type { Command } from 'commander';
import { VIRTUAL_GENERATIONS } from '../../../virtual/drive/names.js';
import { LIBRARY_TRAIT_NAMES } from '../../../virtual/library/traits/trait-names.js';
import { collect, jsonCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';
import { cartridgeFlags } from './cartridge-flags.js';

const load = () => import('../../actions/virtual/library.js');

/** The commands of `lto virtual` for libraries. */
export function addVirtualLibrary(virtual: Command): void {
  jsonCommand(virtual, 'create-library', 'make a virtual library: a robot, slots, drives and cartridges')
    .argument('<folder>', 'new or empty folder')
    .option('--drives <number>', 'number of drives (default: 2)')
    .option('--slots <number>', 'number of slots (default: 8)')
    .option('--mail-slots <number>', 'number of mail slots (default: 2)')
    .option('--magazines <number>', 'magazines that the slots are divided among (default: 0, fixed slots)')
    .option('--cleaning <number>', 'number of cleaning cartridges, in the last slots (default: 0)')
    .option(
      '--cartridges <number>',
      'number of cartridges, in the first slots (default: all that have no cleaning one)',
    )
    .option(
      '--generation <number>',
      `LTO generation of drives and media: ${VIRTUAL_GENERATIONS.join(', ')} (default: 8)`,
    )
    .option('--capacity <size>', "native capacity of each cartridge (default: the generation's)")
    .option('--serial <serial>', 'serial number of the library (default: a random one)')
    .option('--handling <seconds>', 'time to take a cartridge, and again to put it down (default: 0)')
    .option('--travel <seconds>', 'time of the robot from one end of the library to the other (default: 0)')
    .option('--scan <seconds>', 'time to look at one element in an inventory (default: 0)')
    .option('--load <seconds>', 'time of the drives to load a cartridge (default: 0)')
    .option('--unloads-drives', 'unload the drive when a move takes its cartridge (default: refuse the move)')
    .option('--trait <name>', `deviation of a real library, repeatable: ${LIBRARY_TRAIT_NAMES.join(', ')}`, collect)
    .action(actionOf(async () => (await load()).createLibrary));
  cartridgeFlags(
    jsonCommand(virtual, 'import', 'put a cartridge into a mail slot: by name one that was taken out, or a new one'),
  )
    .argument('<folder>')
    .argument('[name]', 'barcode of a cartridge that was taken out')
    .option('--new', 'make a new cartridge')
    .option('--generation <number>', "LTO generation of the new cartridge (default: the library's)")
    .action(actionOf(async () => (await load()).importCartridge));
  jsonCommand(virtual, 'export', 'take a cartridge out of its mail slot; it stays in the folder')
    .argument('<folder>')
    .argument('<name>', 'barcode of the cartridge')
    .action(actionOf(async () => (await load()).exportCartridge));
  jsonCommand(virtual, 'remove-magazine', 'take a magazine out of a library, with the cartridges in it')
    .argument('<folder>')
    .argument('<number>', 'number of the magazine, from 1')
    .action(actionOf(async () => (await load()).removeMagazine));
  jsonCommand(virtual, 'insert-magazine', 'put a magazine into a library again')
    .argument('<folder>')
    .argument('<number>', 'number of the magazine, from 1')
    .action(actionOf(async () => (await load()).insertMagazine));
}
