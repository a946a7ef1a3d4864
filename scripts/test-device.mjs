#!/usr/bin/env node
// Runs the conformance suite on a drive of yours: see HELP below, or `npm run test:device -- --help`.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { formatMatrix, readColumns } from '../test/conformance/matrix.mjs';
import { onHost, scratchFolder, VITEST } from './vitest.mjs';

const HELP = `npm run test:device -- [options] [part of a test file's name …]

Runs the conformance suite on the drive that LTO_TEST_DEVICE names: /dev/nst0, a link to such a node, or
virtual:<folder>. Unless told otherwise it only asks: the tape is not moved, and nothing is written or set.

  --device <name>            instead of LTO_TEST_DEVICE
  --move                     also run what moves the tape and writes nothing
  --destructive <cartridge>  also run what overwrites the cartridge, if its barcode, serial number or label is this one;
                             the drive is asked again before each such test, and any other cartridge is refused
  --profile <name>           what is known of the drive: lto (default), mhvtl, virtual, tgt, scsi_debug
  --lacks <name,…>           capabilities that the drive lacks besides (docs/conformance.md lists them)
  --has <name,…>             capabilities that it has, although the profile says otherwise
  --help

LTO_TEST_PROFILE, LTO_TEST_LACKS and LTO_TEST_HAS stand for the last three.
Exit status: 0 all that was run has passed, 1 it has not, or the cartridge is another one, 2 wrong use.
`;

const USAGE = 2;

function main() {
  const { values: options, positionals: files } = parseArgs({
    options: {
      device: { type: 'string' },
      move: { type: 'boolean' },
      destructive: { type: 'string' },
      profile: { type: 'string' },
      lacks: { type: 'string' },
      has: { type: 'string' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { device = process.env.LTO_TEST_DEVICE, destructive } = options;
  if (!device) throw new Error('which drive? set LTO_TEST_DEVICE or --device');
  if (destructive === '') throw new Error('--destructive needs the name of the cartridge');
  return run(device, options, files);
}

function run(device, { move, destructive, profile, lacks, has }, files) {
  const columns = scratchFolder();
  const [command, args] = onHost([...VITEST, ...files]);
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      LTO_TEST_DEVICE: device,
      LTO_TEST_EFFECTS: effects(move, destructive).join(','),
      LTO_CONFORMANCE_REPORTS: columns,
      // Never from the environment: whoever overwrites a cartridge names it in the command.
      LTO_TEST_CARTRIDGE: destructive ?? '',
      ...(profile && { LTO_TEST_PROFILE: profile }),
      ...(lacks && { LTO_TEST_LACKS: lacks }),
      ...(has && { LTO_TEST_HAS: has }),
    },
  });
  process.stdout.write(`\n${formatMatrix(readColumns(columns))}\n`);
  if (destructive === undefined) process.stdout.write(`\n${leftOut(move)}\n`);
  return status === 0 ? 0 : 1;
}

function effects(move, destructive) {
  if (destructive !== undefined) return ['asks', 'moves', 'writes'];
  return move ? ['asks', 'moves'] : ['asks'];
}

function leftOut(move) {
  const moving = move ? '' : 'what moves the tape was left out (--move), and ';
  return `${moving}what overwrites the cartridge was left out (--destructive <its barcode, serial number or label>)`;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`test:device: ${error.message}\n${HELP}`);
  process.exitCode = USAGE;
}
