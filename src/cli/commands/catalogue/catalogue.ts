import type { Command } from 'commander';
import { catalogueFlag, collect, jsonCommand, keystoreFlags, libraryFlag } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const PATTERN = 'text anywhere in the path, or a pattern: * matches any text, ? any character';

export function addFind(program: Command): void {
  memberFlags(catalogueFlag(jsonCommand(program, 'find', 'find files in the catalogue, and say where they are')))
    .argument('<pattern>', PATTERN)
    .action(actionOf(async () => (await import('../../actions/catalogue/find.js')).find));
}

export function addRestore(program: Command): void {
  const what = 'restore the files that match a pattern, reading only the records that hold them';
  memberFlags(keystoreFlags(libraryFlag(catalogueFlag(jsonCommand(program, 'restore', what)))))
    .argument('<pattern>', PATTERN)
    .requiredOption('-C, --extract <folder>', 'extract them into this folder')
    .option('-d, --device <device>', 'drive that has the cartridge (default: $LTO_DEVICE)')
    .option('--force', 'replace files that exist')
    .option('--preserve', 'also restore setuid, setgid, sticky bits, devices, and security and trusted attributes')
    .action(actionOf(async () => (await import('../../actions/catalogue/restore.js')).restore));
}

export function addCatalogue(program: Command): void {
  const catalogue = program.command('catalogue').description('what is on which cartridge');
  const work = async () => import('../../actions/catalogue/catalogue.js');
  catalogueFlag(jsonCommand(catalogue, 'stats', 'how much is in it')).action(
    actionOf(async () => (await work()).stats),
  );
  catalogueFlag(jsonCommand(catalogue, 'export', 'print everything in it, a JSON document for each line'))
    .option('--cartridge <identifier>', 'only what is on this cartridge')
    .action(actionOf(async () => (await work()).exportAll));
  catalogueFlag(jsonCommand(catalogue, 'import', 'record what export printed'))
    .argument('<file>', '- for stdin')
    .action(actionOf(async () => (await work()).importAll));
  catalogueFlag(jsonCommand(catalogue, 'forget', 'remove an archive, or a cartridge with its archives'))
    .option('--cartridge <identifier>', 'the cartridge')
    .option('--archive <name>', 'the archive, by its name in the catalogue')
    .action(actionOf(async () => (await work()).forget));
  keystoreFlags(
    libraryFlag(
      catalogueFlag(jsonCommand(catalogue, 'reconcile', 'read what is on a cartridge and not proven or known')),
    ),
  )
    .argument('<cartridge>', 'its barcode or label')
    .option('-d, --device <device>', 'drive that has the cartridge (default: $LTO_DEVICE)')
    .option('--verify', 'read every archive again and compare its checksum')
    .action(actionOf(async () => (await import('../../actions/catalogue/reconcile.js')).reconcileCartridge));
  const what = 'make it anew from cartridges: from the index on each, and by reading what that does not describe';
  keystoreFlags(libraryFlag(catalogueFlag(jsonCommand(catalogue, 'rebuild', what))))
    .argument('<cartridge...>', 'their barcodes or labels; more than one needs a library')
    .option('-d, --device <device>', 'drive that has the cartridge (default: $LTO_DEVICE)')
    .option('--no-index', 'read everything, as if there were no index')
    .action(actionOf(async () => (await import('../../actions/catalogue/rebuild.js')).rebuildCatalogue));
}

function memberFlags(command: Command): Command {
  return command
    .option('--cartridge <identifier>', 'only on this cartridge')
    .option('--archive <name>', 'only in this archive')
    .option('--smallest <size>', 'only files of this size or more, such as 10MiB')
    .option('--largest <size>', 'only files of this size or less')
    .option('--since <time>', 'only files changed at this time or later, such as 2026-01-31')
    .option('--until <time>', 'only files changed at this time or before')
    .option('--state <state>', 'archives in this state: buffered, durable, verified, lost; repeatable', collect)
    .option('--limit <count>', 'most files (default: 1000)');
}
