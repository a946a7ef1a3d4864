// A folder as one archive over as many cartridges of a library as it takes, without anybody there: drives are cleaned when
// they ask for it, each part is verified, and the cartridges are exported:
//   node examples/unattended.mjs /dev/tape/by-id/…-changer A00001L8,A00002L8,A00003L8 /srv/data
import { LtoProvider, packFolder, TapeLibrary } from 'node-lto';

const [library, cartridges, folder] = process.argv.slice(2);
const [first, ...pool] = cartridges.split(',');
const say = (document) => console.log(JSON.stringify(document));
const onMountEvent = ({ error, ...event }) => say({ ...event, ...(error && { error: error.message }) });
const provider = new LtoProvider({ library, pool }, { onMountEvent });

/** A blank cartridge is labelled with its barcode; one that holds anything else is refused. */
async function prepare(cartridge) {
  try {
    await provider.prepareForWrite(cartridge, { closeUnterminated: true });
  } catch (error) {
    if (error.code !== 'LTO_LABEL') throw error;
    await provider.initializeMedia(cartridge);
  }
}

async function writeAndVerify() {
  try {
    await prepare(first);
    const receipt = await provider.writeArchive(first, packFolder([folder]));
    say({ type: 'written', ...receipt });
    for (const { cartridge, location, checksum } of receipt.parts) {
      await provider.verifyArchive(cartridge, location, { expectedChecksum: checksum });
      await provider.finalizeMedia(cartridge);
      say({ type: 'verified', cartridge, location });
    }
    return receipt.parts.map(({ cartridge }) => cartridge);
  } finally {
    // Puts the cartridges back.
    await provider.close();
  }
}

const written = await writeAndVerify();
const robot = await TapeLibrary.open(library);
try {
  for (const cartridge of written) say({ type: 'exported', ...(await robot.export(cartridge)) });
} finally {
  await robot.close();
}
