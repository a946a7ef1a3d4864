// Trees of files to archive.
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MIB = 2 ** 20;

/** So many files of so many bytes, in folders of `perFolder`. The content is the same, and does not compress to nothing. */
export async function makeFiles(folder, { files, bytes, perFolder = 200 }) {
  const content = patterned(Math.min(bytes, MIB));
  for (let file = 0; file < files; file += 1) {
    const within = join(folder, `folder-${Math.floor(file / perFolder)}`);
    if (file % perFolder === 0) await mkdir(within, { recursive: true });
    const path = join(within, `file-${file}`);
    if (bytes <= MIB) await writeFile(path, content);
    else await writeLarge(path, content, bytes);
  }
  return folder;
}

async function writeLarge(path, content, bytes) {
  const file = await open(path, 'w');
  try {
    for (let left = bytes; left > 0; left -= content.length) await file.write(content.subarray(0, left));
  } finally {
    await file.close();
  }
}

function patterned(bytes) {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) content[at] = (at * 2654435761) >>> 24;
  return content;
}
