let last = 0;

/** A number that no other group of record calls of this process has (see `Device.writeRecords` in binding.d.ts). */
export function nextStreamNumber(): number {
  last += 1;
  return last;
}
