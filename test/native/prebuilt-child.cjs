// Run by the Node.js of a platform: loads the prebuilt addon that is named, writes records to a file, reads them back, and
// computes checksums: prebuilt-child.cjs ADDON FILE.
const { closeSync, constants, openSync, readFileSync } = require('node:fs');

const [, , addonPath, path] = process.argv;
const addon = require(addonPath);
const KIB = 1024;
const RECORD = 16 * KIB;
const CONTENT = Uint8Array.from({ length: 3 * RECORD + 7 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

async function open(flags) {
  const device = new addon.Device(path);
  await device.open(flags);
  return device;
}

async function main() {
  const slab = () => new Uint8Array(addon.allocateSlab(4 * RECORD));
  const memory = slab();
  memory.set(CONTENT);
  closeSync(openSync(path, 'w'));
  const checksum = new addon.Crc32();
  const out = await open(constants.O_RDWR);
  const written = await out.writeRecords(memory.subarray(0, CONTENT.length), RECORD, 1, 0, { checksum });
  await out.close();
  const back = slab();
  const input = await open(constants.O_RDONLY);
  const read = await input.readRecords(back, RECORD, 4, 1, 0);
  await input.close();
  process.stdout.write(
    JSON.stringify({
      arch: process.arch,
      written,
      crc32: checksum.value,
      isOnDisk: Buffer.compare(readFileSync(path), CONTENT) === 0,
      isReadBack: Buffer.compare(Buffer.from(back.buffer, back.byteOffset, CONTENT.length), CONTENT) === 0,
      lengths: read.lengths,
    }),
  );
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
