// Appends entries of one writer: node append-child.mjs <module> <path> <writer> <count> <largest>
const [, , module, path, writer, count, largest] = process.argv;
const { HistoryFile } = await import(module);
const file = new HistoryFile(path, Number(largest));
for (let at = 0; at < Number(count); at += 1) {
  const drive = { vendor: 'V', model: 'M', firmware: 'F', serial: writer };
  await file.append([{ at: new Date(at * 1000).toISOString(), device: String(at), drive, type: 'load' }]);
  if (at === 0) process.stdout.write('begun\n');
}
