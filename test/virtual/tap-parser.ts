/** Reads a `.tap` image, by the format's description alone: data for a record, `filemark` for a filemark. */
export function parseTap(image: Buffer): (Buffer | 'filemark')[] {
  const objects: (Buffer | 'filemark')[] = [];
  let rest = image;
  while (rest.length > 0) {
    const length = rest.readUInt32LE(0);
    if (length === 0) {
      objects.push('filemark');
      rest = rest.subarray(4);
      continue;
    }
    const padded = length % 2 === 0 ? length : length + 1;
    if (rest.readUInt32LE(4 + padded) !== length) throw new Error('the lengths around a record differ');
    objects.push(rest.subarray(4, 4 + length));
    rest = rest.subarray(8 + padded);
  }
  return objects;
}
