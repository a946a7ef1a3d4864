/** Bytes of a page of memory, at which records are read and host adapters count: the least that Linux uses. */
export const PAGE = 4096;

export function roundUpToPage(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}

export function roundDownToPage(bytes: number): number {
  return Math.floor(bytes / PAGE) * PAGE;
}
