import { runsForward, type TapePlace, type WrapEnd } from '../../scsi/index.js';
import type { Cartridge } from '../cartridge/cartridge.js';

/** A logical object of a partition. */
interface ObjectPosition {
  readonly partition: number;
  readonly object: number;
}

/**
 * Where the objects of a cartridge lie on its tape. Each partition has wraps of its own, as many as its share of the
 * capacity; a wrap holds as many bytes of the image as any other.
 */
export class TapePath {
  readonly #cartridge: Cartridge;
  readonly #wraps: number;

  /** `wraps`: of the whole tape. */
  constructor(cartridge: Cartridge, wraps: number) {
    this.#cartridge = cartridge;
    this.#wraps = wraps;
  }

  placeOf({ partition, object }: ObjectPosition): TapePlace {
    const { first, wraps, bytes } = this.#share(partition);
    const passed = this.#cartridge.image(partition).bytesBefore(object) / bytes;
    const wrap = Math.min(wraps - 1, Math.floor(passed));
    const part = Math.min(1, passed - wrap);
    return { wrap: first + wrap, along: runsForward(first + wrap) ? part : 1 - part };
  }

  /** Ends of the wraps that hold data, and the end of the data of each partition. */
  wrapEnds(): WrapEnd[] {
    return Array.from({ length: this.#cartridge.partitions }, (_, partition) => this.#endsIn(partition)).flat();
  }

  #endsIn(partition: number): WrapEnd[] {
    const { first, wraps, bytes } = this.#share(partition);
    const image = this.#cartridge.image(partition);
    const used = Math.min(wraps, Math.max(1, Math.ceil(image.bytesBefore(image.objects) / bytes)));
    return Array.from({ length: used }, (_, wrap) => ({
      wrap: first + wrap,
      partition,
      logicalObject: wrap === used - 1 ? image.objects : this.#firstBehind(partition, (wrap + 1) * bytes),
    }));
  }

  /** The first object that begins at or behind so many bytes. */
  #firstBehind(partition: number, bytes: number): number {
    const image = this.#cartridge.image(partition);
    let [low, high] = [0, image.objects];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (image.bytesBefore(middle) < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First wrap and number of wraps of a partition, and bytes of each. */
  #share(partition: number): { readonly first: number; readonly wraps: number; readonly bytes: number } {
    const { partitions } = this.#cartridge;
    const sizes = Array.from({ length: partitions }, (_, at) => this.#cartridge.limits(at, 0).records);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const upTo = (end: number) => {
      const before = sizes.slice(0, end).reduce((sum, size) => sum + size, 0);
      return Math.round((this.#wraps * before) / Math.max(1, total));
    };
    const first = Math.min(this.#wraps - 1, upTo(partition));
    const wraps = Math.max(1, upTo(partition + 1) - first);
    return { first, wraps, bytes: Math.max(1, (sizes[partition] ?? 0) / wraps) };
  }
}
