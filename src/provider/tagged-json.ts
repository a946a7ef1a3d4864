// JSON that keeps the two types of cartridge memory values that JSON lacks: each becomes an object with one tag.

/** As JSON.stringify, with bigints and bytes. */
export function stringifyTagged(value: unknown): string {
  return JSON.stringify(tagged(value));
}

export function parseTagged(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$bigint' in value) return BigInt(String(value.$bigint));
    if ('$bytes' in value) return Uint8Array.from(Buffer.from(String(value.$bytes), 'hex'));
    return value;
  });
}

/** A replacer would come too late: Buffers turn themselves into arrays before it is called. */
function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tagged(member)]));
}
