// A library: its inventory, and cartridges that are brought to its drives.
import { createVirtualLibrary, LtoProvider, libraryUrl } from '../harness/library.mjs';

const { decodeElementStatus, encodeElementStatus } = await import(libraryUrl('scsi/index.js'));

/** What a library with that many full slots answers, at most 1,000 elements a time. */
function reportsOf(slots) {
  const element = (index) => ({
    element: 1001 + index,
    full: true,
    access: true,
    mediumType: 1,
    sourceValid: true,
    source: 1001 + index,
    primaryVolumeTag: { identifier: `A${String(index).padStart(5, '0')}L8` },
  });
  return Array.from({ length: Math.ceil(slots / 1000) }, (_, part) => {
    const elements = Array.from({ length: Math.min(1000, slots - part * 1000) }, (_, index) =>
      element(part * 1000 + index),
    );
    return encodeElementStatus([{ elementType: 'storage', elements }], { volumeTags: true });
  });
}

/** Milliseconds of the first decoding in this process, and of each further one. */
export async function inventory({ slots, repeats }) {
  const reports = reportsOf(slots);
  const times = [];
  for (let run = 0; run <= repeats; run += 1) {
    const began = performance.now();
    const found = reports.flatMap((bytes) => decodeElementStatus(bytes, {}).pages.flatMap(({ elements }) => elements));
    times.push(performance.now() - began);
    if (found.length !== slots || found.some(({ primaryVolumeTag }) => !primaryVolumeTag))
      throw new Error('not decoded');
  }
  const [cold, ...warm] = times;
  return { cold, warm };
}

/** Milliseconds until a cartridge is proven in a drive that holds another one, which is put back first. */
export async function bring({ folder, repeats }) {
  await createVirtualLibrary(folder, { drives: 1, slots: 4, cartridges: 2, capacityBytes: 64 * 2 ** 20 });
  const times = [];
  const onMountEvent = ({ type, milliseconds }) => type === 'brought' && times.push(milliseconds);
  const began = performance.now();
  const provider = new LtoProvider({ library: `virtual:${folder}` }, { onMountEvent });
  try {
    let cold;
    for (let run = 0; run <= repeats; run += 1) {
      const id = run % 2 === 0 ? 'A00001L8' : 'A00002L8';
      await (run < 2 ? provider.initializeMedia(id) : provider.prepareForWrite(id));
      // With the library opened, which the first bring waits for.
      cold ??= performance.now() - began;
    }
    const [first, ...warm] = times;
    return { cold: first, warm, firstLabel: cold };
  } finally {
    await provider.close();
  }
}
