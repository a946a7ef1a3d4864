import type { Command } from 'commander';
import { commandPath } from '../run/command-path.js';

/** Examples for the help and the manual, by command; a test parses each. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  label: ['lto label', 'lto label ABC001L8', 'lto label ABC002L8 --overwrite --yes-overwrite ABC001L8'],
  write: [
    'lto write ./photos',
    'tar -c . | lto write -',
    'lto write --index ./photos',
    'lto write ./photos --key offsite --json',
  ],
  append: ['lto append ./photos', 'lto append --exclude "*.tmp" ./work'],
  read: ['lto read 1 -C ./restored', 'lto read 1 -o photos.tar', 'lto read 1 | tar -t'],
  list: ['lto list 1', 'lto list --catalogue tapes.db'],
  scan: ['lto scan', 'lto scan --from 3 --no-members --json'],
  verify: ['lto verify 1 --checksum crc32:89abcdef', 'lto verify --all'],
  erase: ['lto erase', 'lto erase --long --yes-overwrite ABC001L8'],
  format: ['lto format --single-partition', 'lto format --partitions 38GB,rest --yes-overwrite ABC001L8'],
  bench: ['lto bench', 'lto bench -d /dev/nst0 --size 20GiB --json'],
  find: ['lto find "*.jpg" --catalogue tapes.db'],
  restore: ['lto restore "photos/2026/*" -C ./restored --catalogue tapes.db'],
  'catalogue stats': ['lto catalogue stats --catalogue tapes.db'],
  'catalogue export': ['lto catalogue export --catalogue tapes.db'],
  'catalogue import': ['lto catalogue import exported.jsonl --catalogue tapes.db'],
  'catalogue forget': ['lto catalogue forget --cartridge ABC001L8 --catalogue tapes.db'],
  'catalogue reconcile': ['lto catalogue reconcile ABC001L8 --catalogue tapes.db'],
  'catalogue rebuild': ['lto catalogue rebuild ABC001L8 ABC002L8 -l /dev/sg3 --catalogue tapes.db'],
  drives: ['lto drives', 'lto drives --json'],
  status: ['lto status', 'lto status -d /dev/nst0 --json', 'lto status -l /dev/sg3'],
  inspect: ['lto inspect', 'lto inspect --json'],
  health: ['lto health', 'lto health --quiet', 'lto health --history history.jsonl'],
  'mam get': ['lto mam', 'lto mam get barcode', 'lto mam get --json'],
  'mam set': ['lto mam set userMediumLabel "offsite 7"', 'lto mam set barcode ABC001L8'],
  'mam delete': ['lto mam delete userMediumLabel'],
  log: ['lto log', 'lto log 17 --json'],
  configuration: ['lto configuration', 'lto configuration --early-warning 500 --compression off'],
  compression: ['lto compression', 'lto compression off'],
  'encryption status': ['lto encryption status'],
  'encryption on': ['lto encryption on offsite --mode mixed'],
  'encryption off': ['lto encryption off'],
  capture: ['lto capture -o drive.json'],
  watch: ['lto watch', 'lto watch --interval 1 --json'],
  report: ['lto report -o report.html --history history.jsonl'],
  metrics: ['lto metrics', 'lto metrics --listen 9464'],
  rewind: ['lto rewind'],
  load: ['lto load'],
  unload: ['lto unload'],
  eject: ['lto eject'],
  locate: ['lto locate 1000', 'lto locate --file 3', 'lto locate --end'],
  space: ['lto space files 2', 'lto space records -1'],
  unprotect: ['lto unprotect'],
  wait: ['lto wait', 'lto wait --timeout 600 --json'],
  clean: ['lto clean', 'lto clean -l /dev/sg3 -d /dev/nst0'],
  'reserve status': ['lto reserve status'],
  'reserve take': ['lto reserve take', 'lto reserve take --kind write-exclusive'],
  'reserve release': ['lto reserve release'],
  'library list': ['lto library list'],
  'library status': ['lto library status -l /dev/sg3'],
  'library audit': ['lto library audit'],
  'library load': ['lto library load ABC001L8 1'],
  'library unload': ['lto library unload 1', 'lto library unload 1 --to 12'],
  'library transfer': ['lto library transfer ABC001L8 7'],
  'library exchange': ['lto library exchange ABC001L8 ABC002L8'],
  'library import': ['lto library import --wait'],
  'library export': ['lto library export ABC001L8 --wait'],
  'library lock': ['lto library lock', 'lto library lock --off'],
  'library clean': ['lto library clean 1'],
  'library watch': ['lto library watch --interval 10 --json'],
  'key generate': ['lto key generate offsite'],
  'key import': ['lto key import offsite --file key.txt'],
  'key list': ['lto key list'],
  'key export': ['lto key export offsite -o offsite.key'],
  'key delete': ['lto key delete offsite --yes'],
  'key passphrase': ['lto key passphrase'],
  'virtual create': [
    'lto virtual create ./my-drive',
    'lto virtual create ./my-drive --generation 9 --barcode ABC001L9',
  ],
  'virtual insert': [
    'lto virtual insert ./my-drive ABC001L8',
    'lto virtual insert ./my-drive --new --barcode ABC002L8',
  ],
  'virtual remove': ['lto virtual remove ./my-drive'],
  'virtual reset': ['lto virtual reset ./my-drive'],
  'virtual faults': ['lto virtual faults ./my-drive faults.json'],
  'virtual create-library': ['lto virtual create-library ./my-library --slots 24 --drives 2'],
  'virtual import': ['lto virtual import ./my-library --new --barcode ABC009L8'],
  'virtual export': ['lto virtual export ./my-library ABC009L8'],
  'virtual remove-magazine': ['lto virtual remove-magazine ./my-library 1'],
  'virtual insert-magazine': ['lto virtual insert-magazine ./my-library 1'],
  'serve-virtual': ['lto serve-virtual ./my-drive', 'lto serve-virtual ./my-library --port 0 --json'],
  demo: ['lto demo', 'lto demo --size 100MB --keep'],
  completion: [
    'lto completion bash > /etc/bash_completion.d/lto',
    'lto completion fish > ~/.config/fish/completions/lto.fish',
  ],
};

/** Adds its examples to the help of each command. */
export function addExamples(program: Command): void {
  for (const command of program.commands) {
    addExamples(command);
    const examples = EXAMPLES[commandPath(command)];
    if (examples === undefined) continue;
    const heading = examples.length === 1 ? 'Example:' : 'Examples:';
    command.addHelpText('after', ['', heading, ...examples.map((example) => `  ${example}`)].join('\n'));
  }
}
