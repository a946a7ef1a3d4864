// Watches a drive, and labels and registers every new blank cartridge by its barcode in a JSON catalogue:
//   node examples/register.mjs /dev/nst0 catalogue.json
import { readFile, writeFile } from 'node:fs/promises';
import { LtoProvider } from 'node-lto';

const [devicePath, path] = process.argv.slice(2);
const catalogue = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
const isRegistered = ({ barcode }) => barcode !== undefined && barcode in catalogue;
const provider = new LtoProvider({ devicePath }, { isRegistered });

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

for await (const { type, info } of provider.watch({ signal: stop.signal, intervalMs: 500 })) {
  console.log(type, info.identity?.value ?? '');
  const isNew = type === 'inserted' || type === 'changed';
  if (isNew && info.needsRegistration) await register(info.tape);
}
await provider.close();

async function register({ barcode, mediumSerial, generation }) {
  try {
    if (barcode === undefined) throw new Error('the cartridge has no barcode');
    // Refused for a cartridge that holds data: nothing is ever overwritten here.
    await provider.initializeMedia(barcode);
    catalogue[barcode] = { mediumSerial, generation };
    await writeFile(path, JSON.stringify(catalogue, null, 2));
    console.log('registered', barcode);
  } catch (error) {
    console.error('not registered:', error.message);
  }
}
