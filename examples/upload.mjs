// An HTTP server that streams each upload to tape and answers with the receipt:
//   node examples/upload.mjs /dev/nst0 AA0001L8 8080      then      curl -T archive.tar http://localhost:8080/
import { createServer } from 'node:http';
import { LtoProvider } from 'node-lto';

const [devicePath, cartridge, port = '8080'] = process.argv.slice(2);
const provider = new LtoProvider({ devicePath });

const server = createServer(async (request, response) => {
  try {
    if (request.method !== 'PUT') throw Object.assign(new Error('PUT an archive'), { status: 405 });
    await provider.prepareForWrite(cartridge);
    // Backpressure goes all the way: the client is held back when the tape is slower.
    const receipt = await provider.writeArchive(cartridge, request);
    answer(response, 201, receipt);
  } catch (error) {
    answer(response, error.status ?? 500, { code: error.code, message: error.message });
  }
});

function answer(response, status, document) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(document)}\n`);
}

server.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));

process.once('SIGTERM', () => {
  server.close(() => provider.close());
});
