// A folder as one tar archive behind the others on a cartridge, read back and compared:
//   node examples/nightly.mjs /dev/nst0 AA0001L8 /srv/data
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LtoProvider } from 'node-lto';

const [devicePath, cartridge, folder] = process.argv.slice(2);
const provider = new LtoProvider({ devicePath });

/** The output of tar, which fails when tar does: half an archive never counts as a whole one. */
async function* archiveOf(path) {
  const tar = spawn('tar', ['-cf', '-', '-C', path, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(tar, 'exit');
  yield* tar.stdout;
  const [code] = await exit;
  if (code !== 0) throw new Error(`tar ended with status ${code}`);
}

try {
  await provider.prepareForWrite(cartridge, { closeUnterminated: true });
  const receipt = await provider.writeArchive(cartridge, archiveOf(folder));
  await provider.verifyArchive(cartridge, receipt.location, { expectedChecksum: receipt.checksum });
  const { fraction } = await provider.getUtilization();
  console.log(JSON.stringify({ ...receipt, verified: true, used: fraction }));
} finally {
  await provider.close();
}
